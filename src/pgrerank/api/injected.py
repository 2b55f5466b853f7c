"""Types that open routes and operator routes get by injection. Tenants' routes get a `Call`."""

from typing import TypeAlias

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from pgrerank.api.readiness import Readiness
from pgrerank.ports.observer import Observer
from pgrerank.ports.services import Services

TheServices: TypeAlias = NamedDependency[SkipValidation[Services]]
TheReadiness: TypeAlias = NamedDependency[SkipValidation[Readiness]]
TheObserver: TypeAlias = NamedDependency[SkipValidation[Observer]]
