"""Numbers of things in sentences."""


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun, such as `1 row` or `2 rows`; the plural ends in s by default."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
