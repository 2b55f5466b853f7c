"""Invalid requests, generated from the OpenAPI document."""
