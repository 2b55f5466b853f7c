"""Objects and tables as text that a reranker can read."""

from collections.abc import Sequence
from typing import Any, cast

import yaml


def readable(document: Any, rank_fields: Sequence[str] | None = None) -> str:
    """A document as text: a string as it is, anything else as YAML, its fields in their order.

    Args:
        document: What JSON can hold.
        rank_fields: The fields of an object that are read, in this order; those it lacks are
            passed over. None: all.
    """
    if isinstance(document, str):
        return document
    if isinstance(document, dict) and rank_fields is not None:
        fields = cast("dict[str, Any]", document)
        document = {name: fields[name] for name in rank_fields if name in fields}
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=2**16).rstrip()
