"""Changes of a document that need no new vectors, as a JSON merge patch (RFC 7396)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from pgrerank.domain.document import MAX_LEVELS, Document, is_shallow
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.json import Json, JsonObject

#: largest metadata after a change, in bytes of JSON
MAX_METADATA_BYTES = 1024 * 1024


def merged(target: Json, patch: Json) -> Json:
    """The target changed by a merge patch.

    An object is merged key by key: null removes a key, any other value replaces it, or is merged
    if it is an object itself. A patch that is no object replaces the target.
    """
    if not isinstance(patch, Mapping):
        return patch
    result = dict(target) if isinstance(target, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPatch:
    """A merge patch of `uri` and `metadata`, the parts of a document that no chunk depends on."""

    #: such as `{"metadata": {"draft": null}}`
    changes: JsonObject

    def __post_init__(self) -> None:
        """Refuse what changes nothing.

        Raises:
            InvalidRequestError: There is no change, or one of another field.
        """
        for name in self.changes:
            if name not in ("uri", "metadata"):
                raise InvalidRequestError(
                    name, "cannot be changed alone, only `uri` and `metadata`: send the document"
                )
        if not self.changes:
            raise InvalidRequestError("metadata", "give `metadata`, `uri` or both")
        metadata = self.changes.get("metadata")
        if metadata is not None and not isinstance(metadata, Mapping):
            raise InvalidRequestError("metadata", "must be an object, or null to remove all")
        if not is_shallow(metadata):
            raise InvalidRequestError(
                "metadata", f"must not nest more than {MAX_LEVELS} levels deep"
            )

    def apply(
        self, external_id: str, uri: str | None, metadata: JsonObject
    ) -> tuple[str | None, JsonObject]:
        """URI and metadata after the change.

        Raises:
            InvalidRequestError: Postgres could not store the result, or it is too large.
        """
        before: JsonObject = (
            {"metadata": metadata}
            if uri is None
            else {
                "metadata": metadata,
                "uri": uri,
            }
        )
        after = cast("dict[str, Json]", merged(before, self.changes))
        changed = Document(
            external_id=external_id,
            text="",
            uri=cast("str | None", after.get("uri")),
            metadata=cast("JsonObject", after.get("metadata", {})),
        )
        size = len(json.dumps(changed.metadata, ensure_ascii=False).encode())
        if size > MAX_METADATA_BYTES:
            raise InvalidRequestError(
                "metadata", f"would have {size} bytes; {MAX_METADATA_BYTES} are allowed"
            )
        return changed.uri, changed.metadata
