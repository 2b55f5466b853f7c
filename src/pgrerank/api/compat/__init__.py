"""Rerank and embedding APIs of other servers (dialects): their clients only change the URL."""
