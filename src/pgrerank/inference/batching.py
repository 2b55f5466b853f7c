"""Which waiting sequences run together. Pure arithmetic over their lengths."""

from collections.abc import Sequence


def next_batch(lengths: Sequence[int], budget: int) -> list[int]:
    """The first sequence, with those of the others that are nearest to it in length.

    A batch costs its longest sequence times its size, since every row is padded to the longest.
    The first is always taken, so nothing waits for ever; alone, it may exceed the budget.

    Args:
        lengths: Tokens of each waiting sequence, in the order in which they should run.
        budget: Padded tokens that a batch may have.

    Returns:
        Indices into `lengths`, the first one ahead; empty if nothing waits.
    """
    near = sorted(range(len(lengths)), key=lambda index: (abs(lengths[index] - lengths[0]), index))
    batch = near[:1]
    longest = lengths[0] if batch else 0
    for index in near[1:]:
        padded = max(longest, lengths[index])
        if padded * (len(batch) + 1) <= budget:
            batch.append(index)
            longest = padded
    return batch


def segments(count: int, size: int, *, overlap: int, most: int) -> list[slice]:
    """Cut a long sequence into overlapping stretches; the last one ends with the sequence.

    Args:
        count: Tokens of the sequence.
        size: Tokens of a segment.
        overlap: Tokens that neighbours share, less than `size`.
        most: Segments at most; what lies behind the last is left out.

    Returns:
        At least one slice, in order.
    """
    if count <= size:
        return [slice(0, count)]
    starts = [*range(0, count - size, size - overlap), count - size]
    return [slice(start, start + size) for start in starts[:most]]
