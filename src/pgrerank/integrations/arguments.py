"""Checks the arguments of components: unknown ones are refused, with a hint if one is a knob."""

from collections.abc import Collection, Mapping
from typing import Any, cast

from pgrerank.client import InvalidCallError
from pgrerank.client.checks import check_knobs, check_names, nearest


def check_arguments(values: Any, fields: Collection[str], knobs: type[Any]) -> None:
    """Refuse unknown arguments and knobs of a component.

    Args:
        values: Arguments by name, including `knobs`.
        fields: Names of the component's arguments.
        knobs: The TypedDict of the component's knobs.

    Raises:
        InvalidCallError: A name is unknown; suggests the one that was probably meant.
    """
    if not isinstance(values, Mapping):
        return
    arguments = cast("Mapping[str, Any]", values)
    names = list(knobs.__annotations__)
    for name in arguments:
        if name not in fields and (knob := nearest(name, names)):
            raise InvalidCallError(
                name, f'is not an argument; did you mean the knob, `knobs={{"{knob}": ...}}`?'
            )
    check_names(arguments, sorted(fields), "argument")
    turned = arguments.get("knobs")
    if isinstance(turned, Mapping):
        check_knobs(cast("Mapping[str, Any]", turned), knobs)
