"""Requests that nobody should send, made from the description of the API."""
