"""What the service loads when it starts."""

import subprocess
import sys

#: libraries that only fits and comparisons need, each of which takes up to 2 s and 100 MB
LATE = ("sklearn", "scipy.stats", "scipy.optimize", "pandas")


def test_libraries_that_few_requests_need_are_not_loaded_at_start():
    code = f"import sys, pgrerank.api.app; print([m for m in {LATE} if m in sys.modules])"

    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert loaded.stdout.strip() == "[]"
