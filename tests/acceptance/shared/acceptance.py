"""Checks that every client must pass. Imported by the scripts in the parent folder.

A script registers a function for each client with `@client`, and ends with `run()`, which prints a
line for each: ok or FAILED, the client, its version, and what was checked.
"""

import json
import math
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from urllib.request import Request, urlopen

#: where the service listens
URL = os.environ["PGRERANK_URL"]
#: key of a tenant without limits
KEY = os.environ["PGRERANK_KEY"]
#: key of a tenant whose quota is used up
POOR_KEY = os.environ["PGRERANK_POOR_KEY"]
WRONG_KEY = "pgr_wrong"
#: a model name that the service does not know, such as a vendor's
MODEL = "rerank-v3.5"

QUERY = "how do I get a refund for a damaged parcel?"
DOCUMENTS = [
    "Our offices are closed on public holidays.",
    "A parcel that arrives damaged is refunded once you send us a photograph of it.",
    "Rückerstattung: für beschädigte Pakete zahlen wir den Preis zurück. 📦",
    "Refunds are paid to the card that was charged.",
    "Le colis est arrivé à l'heure.",
    "Refunds are paid to the card that was charged.",
]
THOUSAND = [f"Note {number}: nothing of interest." for number in range(999)] + [DOCUMENTS[1]]
#: more than the service accepts in one body
HUGE = ["x" * 3_000_000]
#: more than the reranker reads
LONG = "a parcel was damaged on its way, " * 2_000

Found = Iterable[tuple[int, float]]


def native(documents: Sequence[str] = DOCUMENTS, query: str = QUERY) -> list[tuple[int, float]]:
    """Indexes and scores by the service's own call: what clients must return."""
    body = json.dumps({"query": query, "documents": list(documents)}).encode()
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    request = Request(f"{URL}/v1/rankings", body, headers)  # noqa: S310 - ours
    with urlopen(request, timeout=240) as answer:  # noqa: S310 - ours
        rows = json.load(answer)["results"]
    return [(row["index"], row["display_score"]) for row in rows]


class Checks:
    """The checks that a client passed, by name."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def passed(self, name: str) -> None:
        """Note that something was checked."""
        self.names.append(name)

    def that(self, name: str, holds: object) -> None:
        """Check anything."""
        assert holds, name
        self.passed(name)

    def ranked(self, found: Found, *, limit: int | None = None, name: str = "order") -> None:
        """Check that the client returns the service's order and scores, all or the first."""
        rows, expected = list(found), native()[:limit]
        assert [index for index, _ in rows] == [index for index, _ in expected], rows
        for (_, score), (_, wanted) in zip(rows, expected, strict=True):
            assert math.isclose(score, wanted, abs_tol=1e-6), (score, wanted)
            assert 0 <= score <= 1, score
        self.passed(name if limit is None else f"first {limit}")
        if limit is None and "scores" not in self.names:
            self.passed("scores")

    def thousand(self, found: Found) -> None:
        """Check that 1,000 documents come back, each once, the relevant one first."""
        indexes = [index for index, _ in found]
        assert indexes[0] == len(THOUSAND) - 1, indexes[:3]
        assert sorted(indexes) == list(range(len(THOUSAND)))
        self.passed("1,000 documents")

    def refused(
        self, name: str, failure: type[BaseException], call: Callable[[], object], words: str = ""
    ) -> None:
        """Check that the client raises its own error with the service's message."""
        raised = _raised(failure, call)
        assert raised is not None, f"{name}: nothing was raised"
        assert words in str(raised), raised
        self.passed(name)


def _raised(failure: type[BaseException], call: Callable[[], object]) -> BaseException | None:
    try:
        call()
    except failure as error:
        return error
    return None


_clients: list[tuple[str, str, Callable[[Checks], None]]] = []


def client(
    package: str, label: str = ""
) -> Callable[[Callable[[Checks], None]], Callable[[Checks], None]]:
    """Register a function that checks one client of a package."""

    def registered(check: Callable[[Checks], None]) -> Callable[[Checks], None]:
        _clients.append((package, label, check))
        return check

    return registered


def run() -> None:
    """Check all registered clients and exit, with 0 if every one passes."""
    results = [_is_good(*each) for each in _clients]
    sys.exit(0 if all(results) else 1)


def _is_good(package: str, label: str, check: Callable[[Checks], None]) -> bool:
    checks = Checks()
    name = f"{package} {version(package)} {label}".strip()
    try:
        check(checks)
    except Exception:  # noqa: BLE001 - whatever a client raises, the others are to run
        traceback.print_exc()
        _say("FAILED", name, [f"after {', '.join(checks.names) or 'nothing'}"])
        return False
    _say("ok", name, checks.names)
    return True


def _say(outcome: str, name: str, checked: Sequence[str]) -> None:
    sys.stdout.write(f"{outcome:<7} {name:<52} {', '.join(checked)}\n")
    sys.stdout.flush()
