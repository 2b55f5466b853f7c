"""Models. The only room with torch."""
