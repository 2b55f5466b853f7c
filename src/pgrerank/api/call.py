"""The context that handlers of tenants' routes get by injection.

It is a single value, since Litestar starts a task for each value that it injects.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from pgrerank.domain.ids import TenantId
from pgrerank.domain.limits import Limits
from pgrerank.domain.tenant import Caller
from pgrerank.ports.observer import Observer
from pgrerank.ports.services import Services

#: keys of the application's state
SERVICES, LIMITS, OBSERVER = "services", "limits", "observer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Context of an authenticated request."""

    services: Services
    limits: Limits
    observer: Observer
    caller: Caller

    @property
    def tenant_id(self) -> TenantId:
        """The caller's tenant."""
        return self.caller.tenant_id


def call(request: Request[Caller, float, State]) -> Call:
    """The context of an authenticated request; a Litestar dependency."""
    state: Any = request.app.state
    return Call(
        services=state[SERVICES],
        limits=state[LIMITS],
        observer=state[OBSERVER],
        caller=request.user,
    )


TheCall: TypeAlias = NamedDependency[SkipValidation[Call]]
