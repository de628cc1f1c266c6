"""Work in a forked child: the server goes on while the child writes what memory held at the fork.

    parent ── fork ──▶ child: all steps of the job ─▶ exit
       ▲                   │
       └── pipe: keys done, the problem if there is one

The child shares the parent's memory until one of them writes to it (copy on write). It touches no
socket, leaves by `os._exit`, and takes only file handles that it was given.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from tutor.engine.engine import Engine
from tutor.persistence.aof.log import Syncer
from tutor.persistence.background import Background, Outcome, SlicedBackground, Source, Work
from tutor.persistence.folder import Writing, sync_file

_REPORT_EVERY = 64
"""Steps between two lines to the parent."""


class ForkedJob:
    """A child at work."""

    def __init__(self, pid: int, pipe: int) -> None:
        self.pid = pid
        self.keys = 0
        self._pipe = pipe
        self._text = b""
        self._outcome: Outcome | None = None
        os.set_blocking(pipe, False)

    def poll(self) -> Outcome | None:
        if self._outcome is not None:
            return self._outcome
        self._listen()
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if pid:
            self._listen()
            os.close(self._pipe)
            self._outcome = self._how(status)
        return self._outcome

    def _listen(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while data := os.read(self._pipe, 4096):
                self._text += data
        *lines, self._text = self._text.split(b"\n")
        for line in lines:
            kind, _, value = line.partition(b" ")
            if kind == b"keys":
                self.keys = int(value)
            elif kind == b"problem":
                self._problem = value.decode("utf-8", "replace")
            elif kind == b"copied":
                self._copied = int(value)

    _problem = ""
    _copied = 0

    def _how(self, status: int) -> Outcome:
        if os.WIFSIGNALED(status):
            return Outcome(signal=os.WTERMSIG(status), copied=self._copied)
        problem = self._problem
        if os.WEXITSTATUS(status) and not problem:
            problem = f"exit code {os.WEXITSTATUS(status)}"
        return Outcome(problem, copied=self._copied)

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)
        if self._outcome is None:
            os.close(self._pipe)
            self._outcome = Outcome(signal=signal.SIGKILL)


class ForkBackground:
    """`Background` by fork. Only for a process whose other threads hold no locks of ours."""

    def __init__(self) -> None:
        self.fork_us = 0
        self.forks = 0

    def start(self, engine: Engine, work: Work) -> ForkedJob:
        listen, speak = os.pipe()
        started = engine.clock.stopwatch_us()
        pid = os.fork()
        if not pid:
            os.close(listen)
            _work(work, engine, speak)
        self.fork_us = engine.clock.stopwatch_us() - started
        self.forks += 1
        os.close(speak)
        return ForkedJob(pid, listen)


def _work(work: Work, engine: Engine, speak: int) -> None:
    """In the child: everything, then the end."""
    code = 1
    try:
        gc.disable()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, signal.SIG_DFL)
        _run(work(engine), speak)
        os.write(speak, b"copied %d\n" % private_dirty())
        code = 0
    except OSError as error:
        os.write(speak, b"problem " + (error.strerror or str(error)).encode() + b"\n")
    except BaseException as error:  # nothing may escape into the parent's code
        os.write(speak, b"problem " + f"{type(error).__name__}: {error}".encode() + b"\n")
    finally:
        os._exit(code)


def _run(steps: Iterator[int], speak: int) -> None:
    for number, keys in enumerate(steps):
        if number % _REPORT_EVERY == 0:
            os.write(speak, b"keys %d\n" % keys)


def private_dirty() -> int:
    """Bytes of memory that this process does not share any more (Linux; else 0)."""
    try:
        lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Private_Dirty:"))


def best_background() -> Background:
    """By fork where that exists, else in slices."""
    return ForkBackground() if hasattr(os, "fork") else SlicedBackground()


class ThreadSyncer:
    """Syncs in a thread, one file at a time (redis's bio thread)."""

    def __init__(self) -> None:
        self.problem = ""
        self._wanted = threading.Event()
        self._free = threading.Event()
        self._free.set()
        self._fd = -1
        self._thread: threading.Thread | None = None

    @property
    def busy(self) -> bool:
        return not self._free.is_set()

    def begin(self, file: Writing) -> None:
        fileno: Callable[[], int] | None = getattr(file, "fileno", None)
        if fileno is None:
            file.sync()
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="fsync", daemon=True)
            self._thread.start()
        self._fd = fileno()
        self._free.clear()
        self._wanted.set()

    def _work(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            try:
                sync_file(self._fd)
            except OSError as error:
                self.problem = error.strerror or str(error)
            else:
                self.problem = ""
            self._free.set()

    def finish(self) -> None:
        self._free.wait()


__all__ = [
    "ForkBackground",
    "ForkedJob",
    "Source",
    "Syncer",
    "ThreadSyncer",
    "best_background",
    "private_dirty",
]
