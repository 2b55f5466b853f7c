"""The supervisor of several processes, over small programs in place of the service."""

import asyncio
import os
import signal
import sys

import pytest
from structlog.testing import capture_logs

from pgrerank.domain.errors import StartupError
from pgrerank.wiring.workers import Supervisor, WorkerProgram
from tests.resilience.running import eventually

SERVES = "print('ready', flush=True); import sys; sys.stdin.read()"
DIES_AFTERWARDS = "print('ready', flush=True); import sys; sys.exit(3)"
CANNOT_START = "import sys; sys.exit(2)"
#: ends on the second signal only; makes a file on the first
DRAINS = """
import pathlib, signal
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
print('ready', flush=True)
signal.sigwait([signal.SIGTERM])
pathlib.Path({file!r}).touch()
signal.sigwait([signal.SIGTERM])
"""


class Run:
    """A supervisor of some programs, and what it reported."""

    def __init__(self, code, count=2):
        self.ready = asyncio.Event()
        self.dead: asyncio.Queue[int] = asyncio.Queue()
        program = WorkerProgram(
            command=[sys.executable, "-c", code], environment=dict(os.environ), descriptors=[]
        )
        self.supervisor = Supervisor(program, count, died=self.dead.put_nowait)
        self.task = asyncio.create_task(self.supervisor.run(self.ready.set))

    async def stop(self, number=signal.SIGTERM):
        os.kill(os.getpid(), number)
        await self.task


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_every_worker(number):
    run = Run(SERVES)
    await run.ready.wait()
    await run.stop(number)

    assert run.task.exception() is None


async def test_a_second_signal_is_forwarded_too(tmp_path):
    draining = tmp_path / "draining"
    run = Run(DRAINS.format(file=str(draining)), count=1)
    await run.ready.wait()
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.to_thread(eventually, draining.exists)

    assert not run.task.done()
    await run.stop()


async def test_a_worker_that_dies_again_and_again_is_restarted_later_and_later():
    with capture_logs() as logs:
        run = Run(DIES_AFTERWARDS, count=1)
        dead = {await run.dead.get() for _ in range(3)}
        await run.stop()

    deaths = [log for log in logs if log["event"] == "worker.died"]
    assert [log["restarted_in_s"] for log in deaths[:2]] == [0.25, 0.5]
    assert {log["reason"] for log in deaths} == {"exit code 3"}
    assert {log["worker"] for log in deaths} <= dead
    assert len(dead) == 3


async def test_a_first_worker_that_cannot_start_ends_the_service():
    run = Run(CANNOT_START)

    with pytest.raises(StartupError, match="the first worker did not start"):
        await run.task
    assert not run.ready.is_set()
