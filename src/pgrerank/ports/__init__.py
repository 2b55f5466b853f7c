"""The ports: protocols of what the use cases need from outside."""
