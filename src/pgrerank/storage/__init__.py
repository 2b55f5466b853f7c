"""Access to PostgreSQL. The only package that runs SQL."""
