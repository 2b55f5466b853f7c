"""Embedders and rerankers that run in this process."""
