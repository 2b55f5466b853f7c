"""The composition root: the only package that connects the ports to concrete classes."""

from pgrerank.wiring.clock import SystemClock
from pgrerank.wiring.database import Database, open_database, register
from pgrerank.wiring.models import (
    LOADER,
    LocalModels,
    ServiceModels,
    base_model,
    judge_name,
    load_models,
    local_models,
    open_scorer,
    remote_models,
    reranker_card,
)
from pgrerank.wiring.server import serve_in_workers, service
from pgrerank.wiring.services import admin_services, all_services, embedding_services

__all__ = [
    "LOADER",
    "Database",
    "LocalModels",
    "ServiceModels",
    "SystemClock",
    "admin_services",
    "all_services",
    "base_model",
    "embedding_services",
    "judge_name",
    "load_models",
    "local_models",
    "open_database",
    "open_scorer",
    "register",
    "remote_models",
    "reranker_card",
    "serve_in_workers",
    "service",
]
