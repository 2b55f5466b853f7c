"""Which requests a model reads next, and how many at once."""
