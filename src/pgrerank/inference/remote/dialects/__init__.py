"""Request and response formats of other servers, one module each."""
