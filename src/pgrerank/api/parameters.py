"""Refuses unknown query parameters, so that typos are noticed."""

from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter

from pgrerank.api.media import Connection
from pgrerank.api.validation import unknown_name
from pgrerank.domain.errors import InvalidRequestError


async def refuse_unknown(connection: Connection, handler: BaseRouteHandler) -> None:
    """A guard that refuses unknown query parameters.

    Raises:
        InvalidRequestError: A parameter is unknown; suggests the nearest known one.
    """
    names = [
        parameter.kwarg_definition.name or name
        for name, parameter in handler.parsed_fn_signature.parameters.items()
        if isinstance(parameter.kwarg_definition, QueryParameter)
    ]
    for name in connection.query_params:
        if name not in names:
            raise InvalidRequestError(name, unknown_name(name, names, "query parameter"))
