"""What decides the last digits of a score, beside the model: libraries and the machine."""
# pyright: reportUnknownMemberType=false

from importlib.metadata import version

import openvino
import torch

_LIBRARIES = ("torch", "openvino", "transformers", "tokenizers", "sentence-transformers")


def environment() -> dict[str, str]:
    """Versions by library, and what computes."""
    return {
        **{name: version(name) for name in _LIBRARIES},
        "processor": str(openvino.Core().get_property("CPU", "FULL_DEVICE_NAME")).strip(),
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "device": torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu",
    }
