"""Everything a screen sends to its terminal, also into an asciicast.

    app ─ driver ─┬─▶ terminal
                  └─▶ Showable ─▶ event ─▶ file, a line at a time

A line is written whole or not at all, so that what a killed run leaves is a recording as well.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import threading
import time
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from textual.app import App

from tutor.console import asciicast
from tutor.console.trouble import reason
from tutor.i18n import _

__all__ = ["Recording", "asked", "record"]


class Recording:
    """An asciicast being written. ``trouble`` says why it ended early, if it did."""

    def __init__(
        self, path: Path, *, title: str = "", force: bool = False,
        clock: Callable[[], float] = time.monotonic, now: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        """Open the file; what is in it with ``force`` stays until the first output comes. Raises
        OSError: FileExistsError where there is a file and no ``force``."""
        self.path, self.trouble = path, ""
        self.on_trouble: Callable[[str], None] = lambda _text: None
        self._title, self._clock, self._now = title, clock, now
        flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0)
        self._handle: int | None = os.open(path, flags | (0 if force else os.O_EXCL), 0o666)
        self._mine = not force
        self._end = 0
        self._size: tuple[int, int] | None = None
        self._start = 0.0
        self._showable = asciicast.Showable()
        self._lock = threading.Lock()

    def output(self, text: str, width: int, height: int) -> None:
        """What was sent to a terminal of so many cells and rows just now. Never raises for the
        file: the first error ends the recording and is told by ``on_trouble``."""
        trouble = ""
        with self._lock:
            if self._handle is None:
                return
            try:
                self._output(text, (max(width, 1), max(height, 1)))
            except OSError as error:
                trouble = self._give_up(error)
        if trouble:
            self.on_trouble(trouble)

    def _output(self, text: str, size: tuple[int, int]) -> None:
        shown = self._showable.feed(text)
        if not shown:
            return
        if self._size is None:
            self._begin(size)
        elif size != self._size:
            self._write(asciicast.event(self._seconds, f"{size[0]}x{size[1]}", "r"))
            shown = asciicast.WIPE + shown  # all is painted anew; some players keep what was there
        self._size = size
        self._write(asciicast.event(self._seconds, shown))

    def _begin(self, size: tuple[int, int]) -> None:
        self._start = self._clock()
        self._cut()
        stamp, title = int(self._now()), self._title
        self._write(asciicast.head(*size, timestamp=stamp, title=title))

    @property
    def _seconds(self) -> float:
        return self._clock() - self._start

    def _write(self, line: str) -> None:
        """A line as a whole: what a full disk took of it is cut off again."""
        assert self._handle is not None
        rest = memoryview(line.encode("utf-8"))
        while rest:
            rest = rest[os.write(self._handle, rest) :]
        self._end += len(line.encode("utf-8"))

    def _give_up(self, error: OSError) -> str:
        if error.filename is None:
            error = OSError(error.errno, error.strerror, str(self.path))
        where = _("The recording ends at {time}: {why}.")
        seconds = self._seconds if self._size else 0.0
        minutes, rest = divmod(int(seconds), 60)
        self.trouble = where.format(time=f"{minutes}:{rest:02}", why=reason(error))
        with contextlib.suppress(OSError):
            self._cut()
        self._shut()
        return self.trouble

    def _cut(self) -> None:
        """End the file after the last whole line. A device has no end."""
        assert self._handle is not None
        try:
            os.ftruncate(self._handle, self._end)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ESPIPE, errno.EPERM):
                raise

    def close(self) -> None:
        """Give the player's terminal back and close; a file in which nothing came is removed."""
        with self._lock:
            if self._handle is None:
                return
            try:
                if self._size is not None:
                    bottom = f"\x1b[{self._size[1]};1H"
                    self._write(asciicast.event(self._seconds, asciicast.END + bottom))
            except OSError as error:
                self._give_up(error)
                return
            self._shut()

    def _shut(self) -> None:
        if self._handle is not None:
            with contextlib.suppress(OSError):
                os.close(self._handle)
        self._handle = None
        if self._mine and not self._end:
            with contextlib.suppress(OSError):
                self.path.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def record(app: App[None], recording: Recording) -> None:
    """From its start on the app's output goes into the recording too; trouble is shown there."""
    base = app.driver_class

    class Recorded(base):  # type: ignore[valid-type,misc]
        """The platform's driver, and a copy of all it writes."""

        def write(self, data: str) -> None:
            super().write(data)
            recording.output(data, *app.size)

    def tell(text: str) -> None:
        app.call_later(app.notify, text, severity="warning", timeout=15, markup=False)

    app.driver_class = Recorded
    recording.on_trouble = tell


def asked(args: Namespace) -> Recording | None:
    """The recording that ``--record`` asks for; None if its file cannot be, which is told."""
    path = Path(args.record)
    try:
        return Recording(path, title=_title(args), force=args.force)
    except FileExistsError:
        text = _("{file} is there already; --force writes over it.").format(file=path)
    except (OSError, ValueError) as error:
        text = reason(error) if isinstance(error, OSError) else str(error)
    print(f"redis-tutor: {text}", file=sys.stderr)
    return None


def _title(args: Namespace) -> str:
    """The command without its options, which may name files."""
    for command, word in (("demo", "demo"), ("lab", "lab"), ("learn", "lesson")):
        if hasattr(args, word):
            return " ".join(filter(None, ["redis-tutor", command, getattr(args, word)]))
    return "redis-tutor"
