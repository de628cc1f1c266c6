"""Where the tutor's own files lie, and where it keeps the learner's.

Data stand at the top of a checkout (`lessons/`, `locales/`) and in `tutor/_data/` of a wheel.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
APP_NAME = "redis-tutor"


def data_folder(name: str) -> Path:
    """The folder ``lessons`` or ``locales``; `FileNotFoundError` says where it was sought."""
    candidates = [_PACKAGE.parent / name, _PACKAGE / "_data" / name]
    for folder in candidates:
        if (folder / ".root").is_file():
            return folder
    sought = ", ".join(str(folder) for folder in candidates)
    raise FileNotFoundError(f"no folder {name!r}: looked in {sought}")


@dataclass(frozen=True, slots=True)
class Pack:
    """Lessons of somebody else: where they lie, and by which name progress in them is kept."""

    id: str
    folder: Path


_pack: Pack | None = None


def use_pack(pack: Pack | None) -> None:
    """From now on lessons are those of a pack (None: our own), and so is what is kept."""
    global _pack
    _pack = pack


def lessons_folder() -> Path:
    """The lessons in use; `FileNotFoundError` if our own are not there."""
    return data_folder("lessons") if _pack is None else _pack.folder


def state_folder() -> Path:
    """Where progress, history and settings live; of a pack in a folder of its own."""
    return home_folder() if _pack is None else home_folder() / "packs" / _pack.id


def home_folder() -> Path:
    """Where everything is kept; ``REDIS_TUTOR_HOME`` overrides it."""
    override = os.environ.get("REDIS_TUTOR_HOME")
    if override:
        return Path(override)
    from platformdirs import user_data_path

    return user_data_path(APP_NAME, appauthor=False)
