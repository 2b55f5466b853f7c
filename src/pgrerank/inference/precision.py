"""On which runtime, and in which arithmetic, a model runs on this machine, and why."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import torch

Precision: TypeAlias = Literal["fast", "exact", "int8"]
Arithmetic: TypeAlias = Literal["fp32", "bf16"]
Runtime: TypeAlias = Literal["torch", "openvino"]

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}
#: flags of processors that multiply such numbers in hardware; one of them is enough
BF16 = ("avx512_bf16", "amx_bf16")
INT8 = ("avx512_vnni", "avx_vnni", "amx_int8")


@dataclass(frozen=True, slots=True)
class Machine:
    """What decides how fast a model can run."""

    gpu: bool
    #: the GPU, or else the processor, multiplies bf16 in hardware
    bf16: bool
    int8: bool


@dataclass(frozen=True, slots=True)
class ExecutionPlan:
    """How a model runs, and why so."""

    runtime: Runtime
    #: of floats
    arithmetic: Arithmetic
    why: str
    #: the products that bear it run in int8
    integers: bool = False

    @property
    def precision(self) -> str:
        """What tells two routes apart whose numbers differ by more than rounding of fp32."""
        if self.integers:
            return "int8" if self.arithmetic == "bf16" else f"int8-{self.arithmetic}"
        if self.runtime == "torch" and self.arithmetic != "fp32":
            return f"torch-{self.arithmetic}"
        return self.arithmetic

    @property
    def dtype(self) -> torch.dtype:
        """What the tensors of torch are made of on this route."""
        return DTYPES[self.arithmetic] if self.runtime == "torch" else torch.float32

    def __str__(self) -> str:
        kind = f"int8 and {self.arithmetic}" if self.integers else self.arithmetic
        return f"{kind} on {self.runtime} ({self.why})"


def machine() -> Machine:
    """What this machine has."""
    able = torch.cpu.get_capabilities()
    gpu = torch.cuda.is_available()
    return Machine(
        gpu=gpu,
        bf16=torch.cuda.is_bf16_supported() if gpu else any(able.get(flag) for flag in BF16),
        int8=any(able.get(flag) for flag in INT8),
    )


def route(wanted: Precision, obstacle: str | None, machine: Machine) -> ExecutionPlan:
    """Choose.

    Args:
        wanted: `exact` is the reference, fp32 on torch; `fast` the quickest whose order is all
            but the same; `int8` the quickest, whose order differs a little.
        obstacle: Why there is no graph of this model; None: there is one.
        machine: What it would run on.
    """
    if wanted == "exact":
        return ExecutionPlan("torch", "fp32", "as asked")
    if machine.gpu:
        return ExecutionPlan("torch", "bf16" if machine.bf16 else "fp32", "on the GPU")
    integers = wanted == "int8" and obstacle is None and machine.int8
    reasons = ["as asked"] if integers else []
    if obstacle is not None:
        reasons.append(f"no graph: {obstacle}")
    elif wanted == "int8" and not machine.int8:
        reasons.append("the processor has no vnni")
    able = "the processor computes bf16" if machine.bf16 else "the processor computes no bf16"
    return ExecutionPlan(
        "openvino" if obstacle is None else "torch",
        "bf16" if machine.bf16 else "fp32",
        ", ".join([*reasons, able]),
        integers=integers,
    )
