"""Two-stage search on Postgres: retrieve, rerank, and keep every decision in SQL."""

__version__ = "0.1.0"
