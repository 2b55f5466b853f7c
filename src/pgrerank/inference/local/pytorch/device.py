"""Devices, threads and types of torch."""
# pyright: reportUnknownMemberType=false

from collections.abc import Mapping

import torch
from torch import Tensor

from pgrerank.inference.precision import ExecutionPlan
from pgrerank.inference.tensors import Features
from pgrerank.inference.vectors import Floats

_DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}


def device() -> torch.device:
    """The GPU if there is one, otherwise the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def gpu_name() -> str | None:
    """Name of the GPU; None if there is none."""
    return torch.cuda.get_device_name() if torch.cuda.is_available() else None


def gpu_has_bf16() -> bool:
    """Whether the GPU multiplies bf16 in hardware."""
    return torch.cuda.is_bf16_supported()


def use_threads(threads: int) -> None:
    """Limit torch to this many threads in all, at least one."""
    torch.set_num_threads(threads)
    if torch.get_num_interop_threads() != 1:  # may be set only once in a process
        torch.set_num_interop_threads(1)


def dtype(plan: ExecutionPlan) -> torch.dtype:
    """Type of torch's tensors in a plan."""
    return _DTYPES[plan.arithmetic] if plan.runtime == "torch" else torch.float32


def tensors(features: Features, target: torch.device) -> dict[str, Tensor]:
    """Features as tensors on a device."""
    return {name: torch.from_numpy(rows).to(target) for name, rows in features.items()}


def floats(tensor: Tensor) -> Floats:
    """A tensor as an array of float32."""
    return tensor.detach().float().cpu().numpy()


def arrays(tensors: Mapping[str, Tensor]) -> dict[str, Floats]:
    """Tensors as arrays of float32, by the same names."""
    return {name: floats(tensor) for name, tensor in tensors.items()}
