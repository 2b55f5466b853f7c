"""Number of threads that models run on."""

import joblib
from threadpoolctl import threadpool_limits


def use_threads(threads: int) -> int:
    """Limit numpy to one thread, and return the number of threads that a model may use.

    Args:
        threads: The setting; 0: one for each physical core available to this process.

    Returns:
        The number of threads.
    """
    # The products that numpy computes here are small: with its own threads, which compete with
    # those of the model for the cores, they took ten times as long under load.
    threadpool_limits(1, user_api="blas")
    return threads or cores()


def cores() -> int:
    """Number of physical cores available to this process."""
    return joblib.cpu_count(only_physical_cores=True)
