"""Store the bytecode of what the product imports, a quarter of the files that are installed."""

import contextlib
import importlib
import pkgutil

import pgrerank

for module in pkgutil.walk_packages(pgrerank.__path__, "pgrerank.", onerror=lambda _: None):
    with contextlib.suppress(Exception):  # above all ImportError, of an extra that is not installed
        importlib.import_module(module.name)
