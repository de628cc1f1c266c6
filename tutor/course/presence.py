"""Who presents a demo, and where: one presenter for each run, and any number who follow.

    presenter ─ lock (his process id) ─┐
              └ publish(moment) ─▶ NAME.json ─▶ Follower.look() ─▶ Sight

Both lie in the runtime folder of this user, so they are gone when the machine is started anew,
and nobody else reads them. The system frees the lock of a process that dies.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import stat
import time
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tutor.course.storage import is_locked, try_lock, unlock
from tutor.resources import APP_NAME

__all__ = ["AlreadyPresented", "Follower", "Moment", "Presence", "Sight", "is_run", "run_folder"]

_FORMAT = 1
_LARGEST = 1 << 20
"""Bytes of a file of ours at most: a longer one is not read."""

_PATIENCE_S = 0.3
"""How long a presenter waits for a lock: followers try it for a moment now and then."""

_LATEST = 1e12
"""Seconds since 1970, beyond which no moment is (NaN is not below it either)."""

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,38}[a-z0-9])?")


class AlreadyPresented(Exception):
    """Another process, ``pid`` (0: unknown), presents this run."""

    def __init__(self, pid: int) -> None:
        super().__init__(f"presented by process {pid}")
        self.pid = pid


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a presentation is. ``scene`` and ``beat`` count from 1, ``beat`` 0: none is done yet;
    ``note`` is Markdown, ``next_line`` what the next key does, ``next_scene`` the title of
    the scene after this one, if any; ``started`` and ``scene_started`` are seconds since 1970."""

    demo: str
    lang: str
    seed: int
    scene: int
    scenes: int
    scene_title: str
    beat: int
    beats: int
    note: str
    next_line: str
    started: float
    scene_started: float
    interrupted: bool = False
    next_scene: str = ""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a follower sees: the last moment that could be read, whether somebody presents now, and
    whether what he says now cannot be read."""

    moment: Moment | None
    presented: bool
    damaged: bool = False


def is_run(name: str) -> bool:
    """Whether a run may be called so: 1 to 40 small letters, digits, dashes."""
    return _NAME.fullmatch(name) is not None


def run_folder() -> Path:
    """Where it is kept who presents; ``REDIS_TUTOR_RUNTIME`` overrides it. Raises OSError, also
    where the folder is somebody else's."""
    override = os.environ.get("REDIS_TUTOR_RUNTIME")
    if override:
        folder = Path(override)
    else:
        from platformdirs import user_runtime_path

        with warnings.catch_warnings():  # without XDG_RUNTIME_DIR it says so, and takes /tmp
            warnings.simplefilter("ignore")
            folder = user_runtime_path(APP_NAME, appauthor=False)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.name != "nt":
        inside, around = os.lstat(folder), os.stat(folder.parent)
        me = os.geteuid()
        if not stat.S_ISDIR(inside.st_mode) or inside.st_uid != me or around.st_uid not in (0, me):
            raise PermissionError(errno.EACCES, "not a folder of this user", str(folder))
    return folder


def _paths(demo: str, run: str) -> tuple[Path, Path]:
    """The lock and the state. Raises ValueError for names that are none, OSError."""
    for name in (demo, *([run] if run else [])):
        if not is_run(name):
            raise ValueError(f"no name of a run: {name[:60]!r}")
    stem = f"demo-{demo}.{run}" if run else f"demo-{demo}"
    folder = run_folder()
    return folder / f"{stem}.lock", folder / f"{stem}.json"


class Presence:
    """The right to present a run, held until `close`."""

    def __init__(self, lock: int, state: Path) -> None:
        self._lock: int | None = lock
        self._state = state
        self._told: Moment | None = None
        self.trouble: OSError | None = None

    @classmethod
    def open(cls, name: str, run: str = "") -> Self:
        """Present the demo ``name``; ``run`` keeps several at once apart. Raises
        `AlreadyPresented`, ValueError for a name that is none, OSError."""
        lock, state = _paths(name, run)
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            deadline = time.monotonic() + _PATIENCE_S
            while not try_lock(handle):
                if time.monotonic() > deadline:
                    raise AlreadyPresented(_pid_in(lock))
                time.sleep(0.01)
            os.ftruncate(handle, 0)
            os.write(handle, b"%d\n" % os.getpid())
            with contextlib.suppress(FileNotFoundError):
                state.unlink()  # of a presenter who died
        except BaseException:
            os.close(handle)
            raise
        return cls(handle, state)

    def publish(self, moment: Moment) -> None:
        """Tell everybody who follows; what was told already costs nothing. A file is always whole.
        It never raises: a talk goes on when nobody can be told, and ``trouble`` says why."""
        if self._lock is None or moment == self._told:
            return
        text = json.dumps({"format": _FORMAT, **asdict(moment)})
        temporary = self._state.with_name(f".{self._state.name}.{os.getpid()}.tmp")
        try:
            temporary.write_text(text, encoding="ascii")
            os.replace(temporary, self._state)
            self.trouble, self._told = None, moment
        except OSError as error:
            self.trouble = error
            with contextlib.suppress(OSError):
                temporary.unlink()

    def close(self) -> None:
        """Leave: who follows sees that nobody presents."""
        if self._lock is None:
            return
        handle, self._lock = self._lock, None
        with contextlib.suppress(OSError):
            self._state.unlink()
        with contextlib.suppress(OSError):
            unlock(handle)
        os.close(handle)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _pid_in(lock: Path) -> int:
    """Who wrote it; Windows lets nobody else read a locked file."""
    try:
        with lock.open("rb") as file:
            return int(file.read(40))
    except (OSError, ValueError):
        return 0


class Follower:
    """Follows a demo, or with no name whichever is presented. Reading costs one small file."""

    def __init__(self, name: str | None = None, run: str = "") -> None:
        """Raises ValueError for names that are none, OSError."""
        if name is not None:
            _paths(name, run)
        elif run and not is_run(run):
            raise ValueError(f"no name of a run: {run[:60]!r}")
        self._name, self._run = name, run
        self._last: Moment | None = None
        self._followed: str | None = None

    def look(self) -> Sight:
        """What there is to see now. Raises OSError only where the folder itself cannot be used."""
        for lock, state in self._candidates():
            if not _is_held(lock):
                continue
            self._followed = lock.name
            try:
                moment = _read(state)
            except (ValueError, OSError):
                return Sight(self._last, True, damaged=True)
            if moment is not None:
                self._last = moment
            return Sight(self._last, True)
        return Sight(self._last, False)

    def _candidates(self) -> Iterator[tuple[Path, Path]]:
        """Whom to look for: who was followed so far first, then who spoke last."""
        if self._name is not None:
            yield _paths(self._name, self._run)
            return
        folder = run_folder()
        ending = f".{self._run}.lock" if self._run else ".lock"
        locks = sorted(folder.glob(f"demo-*{ending}"), key=_age_of)
        locks.sort(key=lambda lock: lock.name != self._followed)
        for lock in locks:
            yield lock, lock.with_suffix(".json")


def _age_of(lock: Path) -> float:
    """Small for who spoke last."""
    try:
        return -lock.with_suffix(".json").stat().st_mtime
    except OSError:
        return 0.0


def _is_held(lock: Path) -> bool:
    try:
        handle = os.open(lock, os.O_RDWR | getattr(os, "O_CLOEXEC", 0))
    except OSError:
        return False
    try:
        return is_locked(handle)
    finally:
        os.close(handle)


def _read(state: Path) -> Moment | None:
    """The moment; None if nothing was said yet. Raises OSError, ValueError for anything else."""
    try:
        with state.open("rb") as file:
            text = file.read(_LARGEST + 1)
    except FileNotFoundError:
        return None
    if len(text) > _LARGEST:
        raise ValueError("too long")
    try:
        data = json.loads(text)
    except RecursionError as error:
        raise ValueError("too deep") from error
    if not isinstance(data, dict) or data.get("format") != _FORMAT:
        raise ValueError("format")
    return _moment(data)


_KINDS = {"str": str, "int": int, "float": (int, float), "bool": bool}


def _moment(data: Mapping[str, Any]) -> Moment:
    """Raises ValueError for what is not there or of another kind."""
    found: dict[str, Any] = {}
    for field in fields(Moment):
        value = data.get(field.name)
        kind = _KINDS[str(field.type)]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):  # type: ignore[arg-type]
            raise ValueError(field.name)
        if isinstance(value, float) and not abs(value) < _LATEST:
            raise ValueError(field.name)
        found[field.name] = value
    return Moment(**found)
