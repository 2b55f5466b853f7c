"""Training of cross-encoders, on the trainer of sentence-transformers."""
