"""The composition root: the only package that names concrete classes and knows all of them."""

from pgrerank.wiring.clock import SystemClock
from pgrerank.wiring.connecting import Database, database, register
from pgrerank.wiring.furnishing import embedding_office, house, office
from pgrerank.wiring.loading import (
    Chosen,
    Models,
    base_model,
    chosen,
    elsewhere,
    models,
    reranker_card,
)
from pgrerank.wiring.serving import service

__all__ = [
    "Chosen",
    "Database",
    "Models",
    "SystemClock",
    "base_model",
    "chosen",
    "database",
    "elsewhere",
    "embedding_office",
    "house",
    "models",
    "office",
    "register",
    "reranker_card",
    "service",
]
