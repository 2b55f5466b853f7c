"""Retrievers and rankers for frameworks, and a server for assistants; each is an extra."""
