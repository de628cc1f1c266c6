"""Where the tutor's own files lie, and where it keeps the learner's.

Data stand at the top of a checkout (`lessons/`, `locales/`) and in `tutor/_data/` of a wheel.
"""

from __future__ import annotations

import os
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


def state_folder() -> Path:
    """Where progress, history and settings live; ``REDIS_TUTOR_HOME`` overrides it."""
    override = os.environ.get("REDIS_TUTOR_HOME")
    if override:
        return Path(override)
    from platformdirs import user_data_path

    return user_data_path(APP_NAME, appauthor=False)
