"""The tables as SQLAlchemy metadata, for alembic only."""
