"""How far a server has come with its files, as a bar on the terminal that leaves nothing behind."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["LoadingBar"]

_FIRST_AFTER = 0.3
"""Seconds: what is loaded by then needs no bar."""

_EVERY = 0.1


class LoadingBar:
    """Called with bytes done and of how many; with 0 of 0 to give its line to somebody else."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stderr
        self._bar: Progress | None = None
        self._next = time.monotonic() + _FIRST_AFTER

    def __call__(self, done: int, total: int) -> None:
        """Draw, or clear."""
        if not total:
            self._clear()
        elif time.monotonic() >= self._next and self._out.isatty():
            self._draw(done, total)
            self._next = time.monotonic() + _EVERY

    def _draw(self, done: int, total: int) -> None:
        if self._bar is None:
            self._bar = _new_bar(self._out)
            self._bar.add_task("", total=total)
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=done, total=total)
        self._bar.refresh()

    def _clear(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def _new_bar(out: TextIO) -> Progress:
    """No thread draws it: a server is about to fork."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TaskProgressColumn,
        TimeRemainingColumn,
    )

    columns = (BarColumn(), TaskProgressColumn(), DownloadColumn(), TimeRemainingColumn())
    return Progress(
        *columns,
        console=Console(file=out),
        transient=True,
        auto_refresh=False,
        redirect_stdout=False,
        redirect_stderr=False,
    )
