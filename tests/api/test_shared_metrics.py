"""Metrics of several processes, each a process of its own, as prometheus_client requires."""

import os
import subprocess
import sys

RECORD = """
from pathlib import Path
import sys
from pgrerank import observe, settings
from pgrerank.domain.drift import HealthCount, HealthState

def count(check, number):
    return HealthCount(check_name=check, state=HealthState.WARN, tenant="", collections=number)

telemetry = observe.Telemetry(settings.metrics_folder())
telemetry.watch_queue("embedder", lambda: 2.0)
telemetry.record_answer("GET", "/health/live", 200, 0.01)
telemetry.set_health([count("drift", 3), count("counted", 1)])
telemetry.set_health([count("drift", 4)])
sys.stdout.write(telemetry.exposition().decode())
"""


def exposition(folder) -> dict[str, str]:
    """Values by series, as another process reports them after counting its own."""
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(folder)}
    shown = subprocess.run(
        [sys.executable, "-W", "error", "-c", RECORD],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    return dict(line.rsplit(" ", 1) for line in shown.splitlines() if line[:1] != "#")


def test_counters_and_queues_add_up_and_health_is_the_latest(tmp_path):
    exposition(tmp_path)
    both = exposition(tmp_path)

    answered = 'pgrerank_http_requests_total{method="GET",route="/health/live",status="200"}'
    assert both[answered] == "2.0"
    assert both['pgrerank_queue_length{queue="embedder"}'] == "4.0"
    assert both['pgrerank_health{check="drift",state="warn",tenant=""}'] == "4.0"
    assert both['pgrerank_health{check="counted",state="warn",tenant=""}'] == "0.0"


def test_metrics_of_one_process_are_left_out(tmp_path):
    assert [name for name in exposition(tmp_path) if name.startswith("process_")] == []
