"""Decides which requests a model runs next, and how many at once."""
