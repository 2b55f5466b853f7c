"""Chooses the runtime and the arithmetic of a model on this machine."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Precision: TypeAlias = Literal["fast", "exact", "int8"]
Arithmetic: TypeAlias = Literal["fp32", "bf16"]
Runtime: TypeAlias = Literal["torch", "openvino"]


@dataclass(frozen=True, slots=True)
class Machine:
    """Hardware features that decide how fast a model can run."""

    #: whether there is a GPU, and torch is installed to use it
    gpu: bool
    #: whether the GPU, or else the processor, multiplies bf16 in hardware
    bf16: bool
    int8: bool


@dataclass(frozen=True, slots=True)
class ExecutionPlan:
    """How a model runs, and why."""

    runtime: Runtime
    #: arithmetic of floats
    arithmetic: Arithmetic
    why: str
    #: whether the matrix products that tolerate it run in int8
    integers: bool = False

    @property
    def precision(self) -> str:
        """Name that differs between plans whose results differ by more than fp32 rounding."""
        if self.integers:
            return "int8" if self.arithmetic == "bf16" else f"int8-{self.arithmetic}"
        if self.runtime == "torch" and self.arithmetic != "fp32":
            return f"torch-{self.arithmetic}"
        return self.arithmetic

    def __str__(self) -> str:
        kind = f"int8 and {self.arithmetic}" if self.integers else self.arithmetic
        return f"{kind} on {self.runtime} ({self.why})"


def route(
    precision: Precision,
    unsupported_reason: str | None,
    machine: Machine,
    *,
    reference: Runtime = "torch",
) -> ExecutionPlan:
    """Choose how to run a model.

    Args:
        precision: `exact` is the reference in fp32; `fast` the fastest with nearly the same ranking;
            `int8` the fastest of all, with a slightly different ranking.
        unsupported_reason: Why there is no graph of this model; None if there is one.
        machine: The hardware.
        reference: The runtime of `exact`.
    """
    if precision == "exact":
        return ExecutionPlan(reference, "fp32", "as asked")
    if machine.gpu:
        return ExecutionPlan("torch", "bf16" if machine.bf16 else "fp32", "on the GPU")
    integers = precision == "int8" and unsupported_reason is None and machine.int8
    reasons = ["as asked"] if integers else []
    if unsupported_reason is not None:
        reasons.append(f"no graph: {unsupported_reason}")
    elif precision == "int8" and not machine.int8:
        reasons.append("the processor has no vnni")
    able = "the processor computes bf16" if machine.bf16 else "the processor computes no bf16"
    return ExecutionPlan(
        "openvino" if unsupported_reason is None else "torch",
        "bf16" if machine.bf16 else "fp32",
        ", ".join([*reasons, able]),
        integers=integers,
    )
