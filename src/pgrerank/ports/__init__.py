"""What the use cases need from the outside: a protocol for each noun, with a fake in tests/."""
