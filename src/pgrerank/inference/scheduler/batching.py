"""Which waiting sequences run together. Pure arithmetic over their lengths."""

from collections.abc import Sequence

_OWN = 8  # an eighth longer or shorter is near enough, where that keeps a batch to one tenant


def next_batch(
    lengths: Sequence[int], budget: float, *, leading: int = 1, own: int | None = None
) -> list[int]:
    """The first sequences, with those of the others that are nearest to them in length.

    A batch costs its longest sequence times its size, since every row is padded to the longest.
    The first is always taken, so nothing waits for ever; alone, it may exceed the budget.

    Args:
        lengths: Tokens of each waiting sequence, in the order in which they should run.
        budget: Padded tokens that a batch may have.
        leading: How many of the first go before all others, whatever their length.
        own: How many of the first belong to the tenant whose batch it is; None: all. They go
            before the others if they are near.

    Returns:
        Indices into `lengths`, the first one ahead; empty if nothing waits.
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
