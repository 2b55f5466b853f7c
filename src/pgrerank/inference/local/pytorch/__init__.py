"""Models that sentence-transformers or transformers opens: any but the packaged ones on a CPU."""
