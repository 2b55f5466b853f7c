"""Facts besides the model that affect the last digits of a score: libraries and hardware."""
# pyright: reportUnknownMemberType=false

from importlib.metadata import PackageNotFoundError, version

import openvino

from pgrerank.inference import processor
from pgrerank.inference.local.machine import gpu_name

_LIBRARIES = ("numpy", "openvino", "tokenizers", "torch", "transformers", "sentence-transformers")


def environment() -> dict[str, str]:
    """Versions of the installed libraries, and the hardware."""
    flags = processor.flags() or ()
    return {
        **{name: found for name in _LIBRARIES if (found := _version(name))},
        "processor": str(openvino.Core().get_property("CPU", "FULL_DEVICE_NAME")).strip(),
        "instructions": " ".join(flag for flag in processor.INSTRUCTIONS if flag in flags),
        "device": gpu_name() or "cpu",
    }


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None
