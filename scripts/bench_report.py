"""Shared by the benchmarks: facts of the machine, percentiles, tables, JSON."""

import json
import math
import os
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGES = ("torch", "openvino", "sentence-transformers", "transformers")


def machine() -> dict[str, str]:
    """Processor, cores, memory, load and versions, for the report of a benchmark."""
    facts = {"machine": _processor(), "cores": str(len(os.sched_getaffinity(0)))}
    facts["memory"] = f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB"
    facts["load before"] = f"{os.getloadavg()[0]:.1f}"
    facts["python"] = platform.python_version()
    return facts | {name: found for name in PACKAGES if (found := _version(name))}


def percentile(values: Sequence[float], share: float) -> float:
    """Percentile by nearest rank: the smallest value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(math.ceil(len(ordered) * share), 1) - 1] if ordered else math.nan


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Markdown table; the keys of the first row name the columns."""
    if not rows:
        return ""
    cells = [list(rows[0]), *([_cell(value) for value in row.values()] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in cells
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def show(result: Mapping[str, Any], *, as_json: bool) -> None:
    """Print a result as one JSON object, or with each of its lists as a table."""
    if as_json:
        print(json.dumps(result, indent=2))
        return
    for name, part in result.items():
        if isinstance(part, list):
            print(f"\n{name}\n\n{table(part)}", flush=True)
        elif isinstance(part, Mapping):
            print("; ".join(f"{key} {value}" for key, value in part.items()), flush=True)
        else:
            print(f"{name}: {_cell(part)}")


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"  # noqa: PLR2004 - digits
    return "" if value is None else str(value)


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _version(name: str) -> str | None:
    try:
        return version(name)
    except ImportError:
        return None
