"""Chooses the sequences of a batch by their lengths. Pure functions."""

from collections.abc import Sequence

_OWN = 8  # a difference of up to an eighth is accepted to keep a batch to one tenant


def next_batch(
    lengths: Sequence[int], budget: float, *, leading: int = 1, own: int | None = None
) -> list[int]:
    """The leading sequences, with the others that are nearest to them in length.

    The cost of a batch is its longest sequence times its size, since every row is padded to the
    longest. The first sequence is always taken, to avoid starvation, even if it exceeds the budget.

    Args:
        lengths: Tokens of each waiting sequence, in the order in which they should run.
        budget: Maximum padded tokens of a batch.
        leading: How many of the first go before all others, whatever their length.
        own: How many of the first belong to the tenant that leads the batch; None: all. They go
            before the others if they are near in length.

    Returns:
        Indices into `lengths`, beginning with 0; empty if nothing waits.
    """
    ours = len(lengths) if own is None else own
    target = max(lengths[:leading], default=0)

    def place(index: int) -> tuple[bool, bool, bool, int, int]:
        distance = abs(lengths[index] - target)
        near = index < ours and distance * _OWN <= target
        return (index > 0, index >= leading, ours < len(lengths) and not near, distance, index)

    near = sorted(range(len(lengths)), key=place)
    batch = near[:1]
    longest = lengths[0] if batch else 0
    for index in near[1:]:
        padded = max(longest, lengths[index])
        if padded * (len(batch) + 1) <= budget:
            batch.append(index)
            longest = padded
    return batch
