"""Hardware that local models run on."""

import ctypes
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from pgrerank.inference import processor
from pgrerank.inference.precision import Machine

_CUDA_DRIVERS = ("libcuda.so.1", "nvcuda.dll")
_ROCM_DRIVER = Path("/dev/kfd")


def machine() -> Machine:
    """Hardware features of this machine."""
    flags = processor.flags() or frozenset()
    gpu = gpu_name() is not None
    return Machine(
        gpu=gpu,
        bf16=_gpu_has_bf16() if gpu else any(flag in flags for flag in processor.BF16),
        int8=any(flag in flags for flag in processor.INT8),
    )


def gpu_name() -> str | None:
    """Name of the GPU that torch would use; None without a GPU or without torch.

    Imports torch only if a GPU driver is present, since that takes seconds.
    """
    if find_spec("torch") is None or not _has_driver():
        return None
    from pgrerank.inference.local.pytorch import device  # noqa: PLC0415 - see above

    return device.gpu_name()


def _gpu_has_bf16() -> bool:
    from pgrerank.inference.local.pytorch import device  # noqa: PLC0415 - see above

    return device.gpu_has_bf16()


def _has_driver() -> bool:
    for library in _CUDA_DRIVERS:
        with suppress(OSError):
            ctypes.CDLL(library)
            return True
    return _ROCM_DRIVER.exists()
