"""A process that belongs to a visitor: whoever types is not whoever owns the machine.

    confine(home) ─▶ closed() is True ─▶ what would reach outside says so (/serve, files, …)
                 └─▶ limits of the system, and an audit hook that cannot be taken off again

The first is for people: it tells why. The second is the wall: Python asks the hook before it opens
a file, a socket or a process, whoever in the program wants it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tutor import resources
from tutor.i18n import _

__all__ = ["VARIABLE", "closed", "closed_text", "confine"]

VARIABLE = "REDIS_TUTOR_VISITOR"
"""Set in the environment of a visitor's process; `tutor.cli` confines it before anything else."""

CPU_S = 1800
MEMORY = 1 << 30
FILE_BYTES = 16 << 20
OPEN_FILES = 128
NICER = 5
THREADS_MORE = 512
"""Beyond what the user's processes have at the start: the system counts them together."""

_closed = False


def closed() -> bool:
    """Whether nothing may reach out of this process."""
    return _closed


def closed_text() -> str:
    """Why something is not there, for the visitor."""
    return _(
        "Not in the browser: here the tutor reaches no files, ports or programs of the computer "
        "that it runs on. Install redis-tutor on your own computer to have that."
    )


def confine(home: Path) -> None:
    """Close this process for good: from now on it reads the program's own files and ``home``, and
    writes only there; no sockets, no programs."""
    global _closed
    _closed = True
    _limit()
    walls = _Walls(home)
    sys.addaudithook(walls.check)


def _limit() -> None:
    """Limits of the system on time, memory, files and threads, where it has them; and whoever
    serves comes first."""
    if hasattr(os, "nice"):
        os.nice(NICER)
    try:
        import resource
    except ImportError:  # Windows
        return
    wanted = {
        "RLIMIT_CPU": CPU_S,
        "RLIMIT_AS": MEMORY,
        "RLIMIT_FSIZE": FILE_BYTES,
        "RLIMIT_NOFILE": OPEN_FILES,
        "RLIMIT_CORE": 0,
        "RLIMIT_NPROC": _threads() + THREADS_MORE,
    }
    for name, limit in wanted.items():
        number = getattr(resource, name, None)
        if number is None:
            continue
        _soft, hard = resource.getrlimit(number)
        most = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        try:
            resource.setrlimit(number, (most, most))
        except (OSError, ValueError):  # a system that has the name and not the limit
            continue


def _threads() -> int:
    """How many threads our user has on this machine, as far as it tells."""
    count = 0
    try:
        mine = os.getuid()
        for entry in os.scandir("/proc"):
            try:
                if entry.name.isdigit() and entry.stat().st_uid == mine:
                    count += len(os.listdir(f"/proc/{entry.name}/task"))
            except OSError:  # it has ended meanwhile
                continue
    except OSError:
        return 0
    return count


class Refused(PermissionError):
    """A visitor's process wanted something outside of its walls."""


_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

_NEVER = (
    "ctypes.dlopen",
    "os.exec",
    "os.fork",
    "os.forkpty",
    "os.kill",
    "os.killpg",
    "os.link",
    "os.posix_spawn",
    "os.spawn",
    "os.startfile",
    "os.symlink",
    "os.system",
    "pty.spawn",
    "signal.pthread_kill",
    "socket.bind",
    "socket.connect",
    "socket.getaddrinfo",
    "socket.gethostbyaddr",
    "socket.gethostbyname",
    "socket.sendmsg",
    "socket.sendto",
    "sqlite3.connect",
    "subprocess.Popen",
    "webbrowser.open",
)
"""Audit events of things that nobody here needs."""

_CHANGING = {
    "os.chdir": 1,
    "os.chmod": 1,
    "os.chown": 1,
    "os.mkdir": 1,
    "os.remove": 1,
    "os.removexattr": 1,
    "os.rename": 2,
    "os.rmdir": 1,
    "os.setxattr": 1,
    "os.truncate": 1,
    "os.utime": 1,
}
"""Audit events that change files, and how many paths their arguments begin with."""

_LISTING = ("os.listdir", "os.scandir")


class _Walls:
    """What is inside: ``home``, and for reading also the program's own files."""

    def __init__(self, home: Path) -> None:
        self._home = _real(home)
        self._readable = (self._home, *_own_files())
        self._listed = frozenset(_real(entry) for entry in sys.path)
        """Folders in which modules are sought: their names may be seen, not their files."""
        self._rules: Mapping[str, Callable[[Sequence[Any]], None]] = {
            **dict.fromkeys(_NEVER, self._never),
            **dict.fromkeys(_LISTING, self._list),
            **{event: self._changes(count) for event, count in _CHANGING.items()},
            "open": self._open,
        }

    def check(self, event: str, arguments: Sequence[Any]) -> None:
        """The audit hook; raises `Refused`."""
        rule = self._rules.get(event)
        if rule is not None:
            rule(arguments)

    def _never(self, arguments: Sequence[Any]) -> None:
        raise Refused("closed for visitors")

    def _open(self, arguments: Sequence[Any]) -> None:
        path, flags = arguments[0], arguments[2]
        if isinstance(path, int):  # it is open already
            return
        writing = bool(flags & _WRITING)
        within((self._home,) if writing and not _is_sink(path) else self._readable, path)

    def _list(self, arguments: Sequence[Any]) -> None:
        path = "." if arguments[0] is None else arguments[0]
        if not isinstance(path, int) and _real(path) not in self._listed:
            within(self._readable, path)

    def _changes(self, count: int) -> Callable[[Sequence[Any]], None]:
        def check(arguments: Sequence[Any]) -> None:
            for path in arguments[:count]:
                if isinstance(path, int):
                    raise Refused("closed for visitors")
                within((self._home,), path)

        return check


def within(folders: Sequence[str], path: str | bytes | os.PathLike[str]) -> None:
    """Raise `Refused` unless the path leads into one of the folders (which are real paths)."""
    real = _real(path)
    if not any(real == folder or real.startswith(folder + os.sep) for folder in folders):
        raise Refused(f"closed for visitors: {os.fsdecode(path)}")


def _is_sink(path: str | bytes) -> bool:
    return os.fsdecode(path) == os.devnull


def _real(path: str | bytes | os.PathLike[str]) -> str:
    """Where it leads, links followed; relative paths from the present folder."""
    return os.path.realpath(os.fsdecode(path))


def _own_files() -> Sequence[str]:
    """Where Python, the installed packages, our code and our data lie; and what the system tells
    every program: time zones, terminals, random bytes."""
    package = Path(resources.__file__).parent
    ours = [package, *(resources.data_folder(name) for name in ("lessons", "locales"))]
    entries = [Path(entry) for entry in sys.path if entry]
    libraries = [entry for entry in entries if entry != package.parent or _is_library(entry)]
    system = [os.devnull, "/dev/urandom", "/usr/share/zoneinfo", "/etc/localtime"]
    lent = (*ours, *libraries, *map(Path, system), *_TERMINALS)
    return tuple(dict.fromkeys(_real(path) for path in lent))


_TERMINALS = tuple(map(Path, ("/usr/share/terminfo", "/lib/terminfo", "/etc/terminfo")))


def _is_library(folder: Path) -> bool:
    return folder.name in ("site-packages", "dist-packages")
