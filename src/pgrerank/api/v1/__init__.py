"""The REST API of pgrerank itself."""
