"""What the checks of `pgrerank doctor` make of facts.

`tests/cli` runs them on real databases; these are servers and states that cannot be made there.
"""

from datetime import UTC, datetime

import pytest

from pgrerank.domain import diagnosis
from pgrerank.domain.crowding import Crowding
from pgrerank.domain.model import ModelCard, ModelKind

NOON = datetime(2026, 5, 1, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "state", "remedy"),
    [
        (150_010, "fail", "use 16 or later"),
        (160_000, "ok", ""),
        (180_003, "ok", ""),
        (190_000, "warn", "pgrerank is tested up to 18"),
    ],
)
def test_servers_are_known_from_the_oldest_to_the_newest(number, state, remedy):
    line = diagnosis.server_line({"server_number": number, "server": "x.y"}, oldest=16)

    assert (line.state, line.remedy, line.detail) == (state, remedy, "PostgreSQL x.y")


def test_tables_without_row_level_security_are_named():
    line = diagnosis.protection_line(["chunk", "document"])

    assert line.state == "fail"
    assert line.detail == "is off for chunk, document"
    assert "enable row level security" in line.remedy
    assert diagnosis.protection_line([]).state == "ok"


@pytest.mark.parametrize(
    ("this", "following", "state", "detail"),
    [
        (True, True, "ok", "7 months"),
        (True, False, "warn", "7 months, none for next month"),
        (False, True, "warn", "7 months, none for this month"),
        (False, False, "warn", "7 months, none for this month"),
    ],
)
def test_a_month_that_the_log_lacks_is_named(this, following, state, detail):
    facts = {"partitions": 7, "has_this_month": this, "has_next_month": following}

    line = diagnosis.partitions_line(facts)

    assert (line.state, line.detail) == (state, detail)
    assert line.remedy == ("" if state == "ok" else "run: pgrerank maintain")


def counts(uncounted, counted_at, is_late):
    return {"uncounted": uncounted, "counted_at": counted_at, "is_late": is_late}


@pytest.mark.parametrize(
    ("facts", "state", "detail"),
    [
        (counts(0, NOON, is_late=True), "ok", "every search is counted"),
        (counts(0, None, is_late=None), "ok", "every search is counted"),
        (counts(3, NOON, is_late=False), "ok", "at 2026-05-01 12:30, 3 searches since"),
        (counts(3, NOON, is_late=True), "warn", "at 2026-05-01 12:30, 3 searches since"),
        (counts(3, None, is_late=None), "warn", "never counted, 3 searches since"),
    ],
)
def test_only_searches_that_a_worker_should_have_counted_are_a_warning(facts, state, detail):
    line = diagnosis.counts_line(facts)

    assert (line.state, line.detail) == (state, detail)
    assert ("pgrerank worker" in line.remedy) is (state == "warn")


@pytest.mark.parametrize(("runs", "how"), [("openvino bf16", "openvino bf16"), ("", "fp32")])
def test_a_model_is_shown_as_it_runs(runs, how):
    card = ModelCard(
        kind=ModelKind.EMBEDDER,
        name="small",
        fingerprint="0123456789abcdef" * 4,
        precision="fp32",
        max_length=256,
        dimensions=2,
        runs=runs,
    )

    assert diagnosis.model_line("embedder", card).detail == (
        f"small, {how}, up to 256 tokens, fingerprint 0123456789ab"
    )


@pytest.mark.parametrize(
    ("flags", "state", "detail"),
    [
        (None, "ok", "x86, 4 cores"),
        ({"amx_bf16", "vnni", "fpu"}, "ok", "x86, 4 cores, amx_bf16 vnni"),
        ({"vnni"}, "warn", "x86, 4 cores, vnni, no avx_bf16 and no amx_bf16"),
        ({"fpu"}, "warn", "x86, 4 cores, no avx_bf16 and no amx_bf16"),
    ],
)
def test_a_processor_without_bf16_is_a_warning(flags, state, detail):
    line = diagnosis.processor_line(
        "x86, 4 cores", flags, bf16=("avx_bf16", "amx_bf16"), int8=("vnni",)
    )

    assert (line.state, line.detail) == (state, detail)
    assert ("int8" in line.remedy) is (flags == {"vnni"})


@pytest.mark.parametrize(
    ("crowded", "within", "state", "advised"),
    [
        (0, 0, "ok", ""),
        (9, 9, "ok", ""),
        (10, 9, "warn", "per_document"),
        (40, 0, "warn", "diversity"),
    ],
)
def test_a_crowded_collection_is_told_what_helps(crowded, within, state, advised):
    line = diagnosis.crowding_line(Crowding(sampled=50, crowded=crowded, within_documents=within))

    assert (line.state, advised in line.remedy, bool(line.remedy)) == (state, True, bool(advised))
    assert f"{crowded} of 50" in line.detail


def test_an_empty_collection_is_not_crowded():
    assert Crowding(sampled=0, crowded=0, within_documents=0).share == 0
