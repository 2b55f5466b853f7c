"""Several processes that serve on one socket: start them, restart those that die, stop them all."""

import asyncio
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any

import structlog

from pgrerank.domain.errors import StartupError

#: seconds before the first restart of a worker; doubled for each further one, up to the last
FIRST_DELAY_S, LAST_DELAY_S = 0.25, 30.0
#: a worker that ran for so many seconds was healthy: the next restart is soon again
HEALTHY_S = 60.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerProgram:
    """How a worker is started.

    It writes a line to standard output when it accepts connections, and stops when its standard input ends,
    which it does if the supervisor is killed.
    """

    command: Sequence[str]
    environment: Mapping[str, str]
    #: file descriptors that it inherits
    descriptors: Sequence[int]


class Supervisor:
    """Keeps a number of workers running until SIGINT or SIGTERM, which it forwards to them.

    Args:
        program: Starts a worker.
        count: Number of workers, at least 1.
        died: Called with the process id of each worker that ended.
    """

    def __init__(self, program: WorkerProgram, count: int, *, died: Callable[[int], None]) -> None:
        self._program = program
        self._count = count
        self._died = died
        self._running: set[Process] = set()
        self._stopping = asyncio.Event()
        self._log: Any = structlog.get_logger("pgrerank")

    async def run(self, ready: Callable[[], None]) -> None:
        """Run until stopped and all workers have ended.

        The first worker starts alone: it shows whether any can, and leaves caches to the others.

        Args:
            ready: Called when the first worker accepts connections.

        Raises:
            StartupError: The first worker ended before that. Its own output says why.
        """
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._forward, number)
        try:
            first = await self._start()
            if await _accepts(first):
                ready()
            elif not self._stopping.is_set():
                raise StartupError("the first worker did not start; see its message above")
            others = [self._keep(None) for _ in range(self._count - 1)]
            await asyncio.gather(self._keep(first), *others)
        finally:
            if not self._stopping.is_set():
                self._forward(signal.SIGTERM)
            await asyncio.gather(*(worker.wait() for worker in self._running))
            for number in _SIGNALS:
                loop.remove_signal_handler(number)

    async def _keep(self, worker: Process | None) -> None:
        """Run a worker, and start another whenever it ends."""
        delay = FIRST_DELAY_S
        while not self._stopping.is_set():
            started = monotonic()
            try:
                worker = worker or await self._start()
                reason = _reason(await worker.wait())
            except OSError as error:  # for example too many processes for now
                reason = str(error)
            if worker is not None:
                self._running.discard(worker)
                self._died(worker.pid)
            if self._stopping.is_set():
                return
            delay = FIRST_DELAY_S if monotonic() - started >= HEALTHY_S else delay
            pid = worker and worker.pid
            self._log.warning("worker.died", worker=pid, reason=reason, restarted_in_s=delay)
            worker = None
            await self._pause(delay)
            delay = min(delay * 2, LAST_DELAY_S)

    async def _pause(self, seconds: float) -> None:
        """Wait, or until stopped."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _start(self) -> Process:
        worker = await asyncio.create_subprocess_exec(
            *self._program.command,
            stdin=PIPE,
            stdout=PIPE,
            env=dict(self._program.environment),
            pass_fds=self._program.descriptors,
            process_group=0,  # Ctrl-C reaches the supervisor alone, which forwards it
        )
        self._running.add(worker)
        if self._stopping.is_set():
            worker.terminate()
        self._log.info("worker.started", worker=worker.pid)
        return worker

    def _forward(self, number: int) -> None:
        self._stopping.set()
        for worker in self._running:
            with suppress(ProcessLookupError):
                worker.send_signal(number)


async def _accepts(worker: Process) -> bool:
    """Wait until a worker accepts connections; False if it ends before."""
    if worker.stdout is None:
        raise AssertionError(worker)  # a pipe
    return bool(await worker.stdout.readline())


def _reason(code: int) -> str:
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name
