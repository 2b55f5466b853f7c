"""What `pgrerank doctor` makes of the facts it finds.

`tests/cli` runs it on real databases; these are servers and states that cannot be made there.
"""

from datetime import UTC, datetime

import pytest

from pgrerank.cli import diagnosis, doctor
from pgrerank.cli.diagnosis import DiagnosisLine, DiagnosisState
from pgrerank.domain.model import ModelCard, ModelKind
from pgrerank.settings import Settings

UNREACHABLE = "postgresql://nobody@127.0.0.1:1/nowhere"
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
    line = diagnosis._server({"server_number": number, "server": "x.y"})

    assert (line.state, line.remedy, line.detail) == (state, remedy, "PostgreSQL x.y")


@pytest.mark.parametrize(
    ("version", "state"), [(None, "fail"), ("0.7.4", "fail"), ("0.8.0", "ok"), ("0.10.0", "ok")]
)
def test_the_extension_must_be_there_and_new_enough(version, state):
    assert diagnosis._extension(version).state == state


def test_tables_without_row_level_security_are_named():
    line = diagnosis._protection(["chunk", "document"])

    assert line.state == "fail"
    assert line.detail == "is off for chunk, document"
    assert "enable row level security" in line.remedy
    assert diagnosis._protection([]).state == "ok"


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

    line = diagnosis._partitions(facts)

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
    line = diagnosis._counts(facts)

    assert (line.state, line.detail) == (state, detail)
    assert ("pgrerank worker" in line.remedy) is (state == "warn")


async def first_lines(**settings):
    """The checks of the doctor that stand before the database, and those of one that is gone."""
    given = Settings(database_url=UNREACHABLE, **settings)
    return {line.check: line async for line in diagnosis.findings(given)}


async def test_more_threads_than_processors_are_a_warning():
    many, one = await first_lines(threads=512), await first_lines(threads=1)
    automatic = await first_lines()

    assert many["threads"].state == "warn"
    assert many["threads"].detail.startswith("PGRERANK_THREADS is 512, this process may use ")
    assert many["threads"].remedy == "unset PGRERANK_THREADS"
    assert (one["threads"].state, one["threads"].detail[:5]) == ("ok", "1, of")
    assert automatic["threads"].detail.startswith("one for each core, of ")


async def test_without_a_login_of_the_service_nothing_is_searched():
    lines = await first_lines()

    assert list(lines) == ["processor", "threads", "administrator", "service login"]
    assert lines["service login"].state == "fail"


async def test_a_malformed_url_ends_the_checks_with_its_reason():
    lines = [each async for each in diagnosis.findings(Settings(database_url="mysql://x"))]

    assert (lines[-1].check, lines[-1].state) == ("postgres", "fail")
    assert "PGRERANK_DATABASE_URL" in lines[-1].detail


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

    assert diagnosis._model_summary(card) == (
        f"small, {how}, up to 256 tokens, fingerprint 0123456789ab"
    )


def test_a_remedy_stands_below_its_check(capsys):
    doctor._show(
        DiagnosisLine(check="pgvector", state=DiagnosisState.WARN, detail="old", remedy="update it")
    )
    doctor._show(DiagnosisLine(check="postgres", state=DiagnosisState.OK, detail="new"))

    assert capsys.readouterr().out.splitlines() == [
        "warn pgvector           old",
        f"{'':<24}-> update it",
        "ok   postgres           new",
    ]
