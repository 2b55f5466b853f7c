"""Models opened by sentence-transformers or transformers: all but the packaged ones on a CPU."""
