"""What components are made with: what they do not know is refused, and a knob's place is told."""

from collections.abc import Collection, Mapping
from typing import Any, cast

from pgrerank.client import InvalidCallError
from pgrerank.client.checks import check_knobs, check_names, nearest


def check_arguments(given: Any, fields: Collection[str], knobs: type[Any]) -> None:
    """Refuse arguments and knobs that a component has none of.

    Args:
        given: Arguments by name, `knobs` among them.
        fields: The arguments that there are.
        knobs: The TypedDict of the component's knobs.

    Raises:
        InvalidCallError: Names it, and what was probably meant.
    """
    if not isinstance(given, Mapping):
        return
    arguments = cast("Mapping[str, Any]", given)
    names = list(knobs.__annotations__)
    for name in arguments:
        if name not in fields and (knob := nearest(name, names)):
            raise InvalidCallError(
                name, f'is no argument; did you mean the knob, `knobs={{"{knob}": ...}}`?'
            )
    check_names(arguments, sorted(fields), "argument")
    turned = arguments.get("knobs")
    if isinstance(turned, Mapping):
        check_knobs(cast("Mapping[str, Any]", turned), knobs)
