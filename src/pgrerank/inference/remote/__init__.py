"""Models on other servers that the operator configured."""
