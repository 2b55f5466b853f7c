"""What can be checked of the image and the compose file without a container engine."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pgrerank.api.server import GRACE_S

DOCKER = Path(__file__).parents[2] / "docker"
ROOT = DOCKER.parent


@pytest.fixture(scope="module")
def dockerfile() -> str:
    return (DOCKER / "Dockerfile").read_text()


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, object]]:
    return yaml.safe_load((DOCKER / "compose.yaml").read_text())["services"]


def test_hadolint_finds_nothing():
    hadolint = Path(sys.executable).with_name("hadolint")
    found = subprocess.run(
        [hadolint, DOCKER / "Dockerfile"], check=False, capture_output=True, text=True
    )
    assert (found.returncode, found.stdout) == (0, "")


def test_the_image_runs_as_an_ordinary_user(dockerfile):
    last_stage = dockerfile.rpartition("\nFROM ")[2]
    assert re.findall(r"^USER (.+)$", last_stage, re.MULTILINE) == ["10001:10001"]


def test_all_that_is_copied_exists_and_is_sent_to_the_builder(dockerfile):
    copied = {
        name
        for line in re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE)
        for name in line.split()
    }
    sent = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    }
    assert copied == sent
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_the_root_file_systems_of_our_containers_are_read_only(services):
    ours = [services["setup"], services["service"]]
    assert [(each["read_only"], each["cap_drop"], each["tmpfs"]) for each in ours] == [
        (True, ["ALL"], ["/tmp"])  # noqa: S108 - a path in a container
    ] * 2


def test_the_service_waits_for_the_migration_and_knows_no_administrator(services):
    service = services["service"]
    assert service["depends_on"] == {"setup": {"condition": "service_completed_successfully"}}
    assert "environment" not in service
    assert "POSTGRES_PASSWORD" not in str(service)


def test_no_password_is_written_down(services):
    assert "${POSTGRES_PASSWORD:?" in str(services["postgres"]["environment"])
    assert "${POSTGRES_PASSWORD}" in str(services["setup"]["environment"])


def test_a_stop_leaves_time_for_requests_under_way(services):
    assert int(str(services["service"]["stop_grace_period"]).rstrip("s")) > GRACE_S
