"""Postgres. The only room with SQL."""
