"""Models behind other servers, which an operator named."""
