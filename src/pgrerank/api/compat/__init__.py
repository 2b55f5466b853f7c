"""Other servers' rerank and embedding calls, so that their clients change one URL."""
