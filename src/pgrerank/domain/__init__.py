"""Plain values and pure functions: no I/O, no async, no torch, no SQL."""
