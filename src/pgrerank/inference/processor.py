"""Instruction sets of this machine's processor."""

import platform
from pathlib import Path

#: flags of processors that multiply such numbers in hardware; any one of them is enough
BF16 = ("avx512_bf16", "amx_bf16")
INT8 = ("avx512_vnni", "avx_vnni", "amx_int8")
#: flags that affect the last digits of a score
INSTRUCTIONS = ("avx2", "avx512f", *INT8, *BF16)


def flags() -> frozenset[str] | None:
    """Flags of an x86 processor; None on other processors, or if the system does not list them."""
    path = Path("/proc/cpuinfo")
    if platform.machine() not in ("x86_64", "AMD64") or not path.exists():
        return None
    lines = path.read_text().splitlines()
    listed = next((line for line in lines if line.startswith("flags")), "")
    return frozenset(listed.partition(":")[2].split())
