"""The order and the rendering of the checks of `pgrerank doctor`; `tests/cli` runs it whole."""

import pytest

from pgrerank.cli import diagnosis, doctor
from pgrerank.domain.diagnosis import DiagnosisLine, DiagnosisState
from pgrerank.settings import Settings

UNREACHABLE = "postgresql://nobody@127.0.0.1:1/nowhere"


@pytest.mark.parametrize(
    ("version", "state"), [(None, "fail"), ("0.7.4", "fail"), ("0.8.0", "ok"), ("0.10.0", "ok")]
)
def test_the_extension_must_be_there_and_new_enough(version, state):
    assert diagnosis._extension(version).state == state


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
