"""Checks of what a search needs: what facts of server, database and machine mean."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pgrerank.domain.crowding import ALIKE, CROWDED, OTHERS, Crowding
from pgrerank.domain.model import ModelCard

#: newer servers are likely to work, but are untested
_NEWEST_TESTED = 18
_NUMBERING = 10_000


class DiagnosisState(StrEnum):
    """Result of a check."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosisLine:
    """One line of the diagnosis."""

    check: str
    state: DiagnosisState
    detail: str
    remedy: str = ""


def server_line(facts: Mapping[str, Any], *, oldest: int) -> DiagnosisLine:
    """Whether the server's version is supported.

    Args:
        facts: `server`, the version as text, and `server_number`, as a number.
        oldest: The oldest supported major version.
    """
    major = facts["server_number"] // _NUMBERING
    detail = f"PostgreSQL {facts['server']}"
    if major < oldest:
        remedy = f"use {oldest} or later"
        return DiagnosisLine(
            check="postgres", state=DiagnosisState.FAIL, detail=detail, remedy=remedy
        )
    if major > _NEWEST_TESTED:
        remedy = f"pgrerank is tested up to {_NEWEST_TESTED}"
        return DiagnosisLine(
            check="postgres", state=DiagnosisState.WARN, detail=detail, remedy=remedy
        )
    return DiagnosisLine(check="postgres", state=DiagnosisState.OK, detail=detail)


def protection_line(unprotected: Sequence[str]) -> DiagnosisLine:
    """Whether row-level security is on, given the tables where it is off."""
    check = "row-level security"
    if unprotected:
        detail = f"is off for {', '.join(unprotected)}"
        remedy = "alter table pgrerank.<table> enable row level security;"
        return DiagnosisLine(check=check, state=DiagnosisState.FAIL, detail=detail, remedy=remedy)
    return DiagnosisLine(
        check=check, state=DiagnosisState.OK, detail="guards every table of tenants"
    )


def temporary_line(makers: Sequence[str]) -> DiagnosisLine:
    """Whether no role may make temporary objects, given those that may."""
    check = "temporary objects"
    if makers:
        return DiagnosisLine(
            check=check,
            state=DiagnosisState.WARN,
            detail=f"{', '.join(makers)} may make them, by a grant on the database",
            remedy="run `pgrerank migrate`, which revokes the grant to public; otherwise: "
            "revoke temporary on database <name> from <role>;",
        )
    return DiagnosisLine(
        check=check, state=DiagnosisState.OK, detail="no role of pgrerank may create any"
    )


def partitions_line(facts: Mapping[str, Any]) -> DiagnosisLine:
    """Whether the log has its partitions: `partitions`, `has_this_month`, `has_next_month`."""
    check, detail = "log partitions", f"{facts['partitions']} months"
    if facts["has_this_month"] and facts["has_next_month"]:
        return DiagnosisLine(check=check, state=DiagnosisState.OK, detail=detail)
    missing = "next month" if facts["has_this_month"] else "this month"
    return DiagnosisLine(
        check=check,
        state=DiagnosisState.WARN,
        detail=f"{detail}, none for {missing}",
        remedy="run: pgrerank maintain",
    )


def counts_line(facts: Mapping[str, Any]) -> DiagnosisLine:
    """Whether the log is counted: `uncounted`, and `counted_at` and `is_late`, None if never."""
    check, uncounted = "log counts", facts["uncounted"]
    when = "never counted" if facts["counted_at"] is None else f"at {facts['counted_at']:%F %H:%M}"
    detail = f"{when}, {uncounted} searches since" if uncounted else "every search is counted"
    if uncounted and facts["is_late"] is not False:
        remedy = "run `pgrerank worker`, which counts every hour, or: pgrerank drift"
        return DiagnosisLine(check=check, state=DiagnosisState.WARN, detail=detail, remedy=remedy)
    return DiagnosisLine(check=check, state=DiagnosisState.OK, detail=detail)


def crowding_line(crowding: Crowding) -> DiagnosisLine:
    """Whether the results of searches are likely to be filled by chunks that are nearly alike."""
    check = "crowding"
    detail = (
        f"{crowding.crowded} of {crowding.sampled} sampled chunks have {OTHERS} others above a "
        f"cosine of {ALIKE}"
    )
    if crowding.share < CROWDED:
        return DiagnosisLine(check=check, state=DiagnosisState.OK, detail=detail)
    return DiagnosisLine(
        check=check,
        state=DiagnosisState.WARN,
        detail=detail,
        remedy="they are chunks of one document: search with `per_document`, such as 2"
        if 2 * crowding.within_documents > crowding.crowded
        else "they are of several documents: search with `diversity`, such as 0.5",
    )


def model_line(check: str, card: ModelCard) -> DiagnosisLine:
    """A model, as it runs."""
    detail = (
        f"{card.name}, {card.runs or card.precision}, up to {card.max_length} tokens, "
        f"fingerprint {card.fingerprint[:12]}"
    )
    return DiagnosisLine(check=check, state=DiagnosisState.OK, detail=detail)


def processor_line(
    machine: str,
    flags: Collection[str] | None,
    *,
    bf16: Sequence[str],
    int8: Sequence[str],
) -> DiagnosisLine:
    """Whether the processor runs models in bfloat16.

    Args:
        machine: What the processor is.
        flags: Its flags, as Linux names them; None: not known.
        bf16: Flags of which any one means that it multiplies such numbers.
        int8: The same for 8-bit integers.
    """
    if flags is None:
        return DiagnosisLine(check="processor", state=DiagnosisState.OK, detail=machine)
    has = [flag for flag in (*bf16, *int8) if flag in flags]
    if any(flag in flags for flag in bf16):
        detail = f"{machine}, {' '.join(has)}"
        return DiagnosisLine(check="processor", state=DiagnosisState.OK, detail=detail)
    remedy = "models run in fp32, about half as fast"
    if has:
        remedy += "; PGRERANK_PRECISION=int8 is faster, with slightly different rankings"
    return DiagnosisLine(
        check="processor",
        state=DiagnosisState.WARN,
        detail=", ".join([machine, *has, f"no {' and no '.join(bf16)}"]),
        remedy=remedy,
    )


def threads_line(threads: int, available: int) -> DiagnosisLine:
    """Whether the setting fits the machine.

    Args:
        threads: The setting; 0: one for each core.
        available: Processors that this process may use.
    """
    if threads > available:
        return DiagnosisLine(
            check="threads",
            state=DiagnosisState.WARN,
            detail=f"PGRERANK_THREADS is {threads}, this process may use {available}",
            remedy="unset PGRERANK_THREADS",
        )
    chosen = threads or "one for each core"
    return DiagnosisLine(
        check="threads", state=DiagnosisState.OK, detail=f"{chosen}, of {available}"
    )
