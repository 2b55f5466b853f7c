"""On what models run."""

import joblib
import torch
from threadpoolctl import threadpool_limits


def device() -> torch.device:
    """The GPU if there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def use_threads(threads: int) -> int:
    """Let torch use so many threads in all. 0: one for each physical core that we may use.

    Returns:
        How many they are.
    """
    count = threads or joblib.cpu_count(only_physical_cores=True)
    torch.set_num_threads(count)
    if torch.get_num_interop_threads() != 1:  # may be set only once in a process
        torch.set_num_interop_threads(1)
    # What numpy multiplies here is small: with threads of its own, which fight with those of the
    # model for the cores, it took ten times as long under load.
    threadpool_limits(1, user_api="blas")
    return count
