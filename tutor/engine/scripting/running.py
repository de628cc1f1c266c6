"""The script or function that runs now: what the dispatcher and KILL have to know of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.engine.session import Session


@dataclass(slots=True, eq=False)
class RunningScript:
    """One run of EVAL or FCALL.

    ``name`` is the script's SHA1 or the function's name, ``session`` the client that asked for it
    with the words ``argv``. ``read_only``: it may not write; ``allow_oom``: it may write though
    memory is full. ``wrote``: it has called a write command, so it cannot be killed any more.
    ``told``: to whom its effects go (redis.set_repl), 1 the append-only file, 2 replicas.
    ``timed_out``: it has run for longer than ``busy-reply-threshold``; ``killed``: it has to end.
    """

    name: str
    is_function: bool
    session: Session
    argv: Sequence[bytes]
    started_us: int
    read_only: bool = False
    allow_oom: bool = False
    out_of_memory: bool = False
    wrote: bool = False
    told: int = 3
    timed_out: bool = False
    killed: bool = False
