"""How many threads models run on."""

import joblib
from threadpoolctl import threadpool_limits


def use_threads(threads: int) -> int:
    """Keep numpy to one thread, and count those that a model may use.

    Args:
        threads: As in the settings; 0: one for each physical core that we may use.

    Returns:
        How many they are.
    """
    # What numpy multiplies here is small: with threads of its own, which fight with those of the
    # model for the cores, it took ten times as long under load.
    threadpool_limits(1, user_api="blas")
    return threads or joblib.cpu_count(only_physical_cores=True)
