"""Whether an append-only file is whole, and where it could be cut to be so again.

A file by itself, one with an RDB in front, or a manifest with all its files. Only the end of the
last file may be cut: what is wrong before that lies between commands that are right. Redis 7.0,
redis-check-aof.c.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tutor.engine.engine import Engine
from tutor.persistence.aof import manifest
from tutor.persistence.check_rdb import RdbVerdict, check_rdb
from tutor.persistence.dissect import aof
from tutor.persistence.dissect.spans import Buffer
from tutor.persistence.rdb.damage import DamagedRdb

Trouble = Literal["transaction open", "multi in multi", "exec alone"]


@dataclass(slots=True)
class AofVerdict:
    """One file. ``commands`` are those up to ``valid``, behind which nothing can be kept; of what
    lies behind, ``lost_commands`` are whole (a transaction that was not ended). ``rdb`` is the
    verdict on what stands in front."""

    name: str
    size: int
    last: bool = True
    valid: int = 0
    commands: int = 0
    lost_commands: int = 0
    trouble: Trouble | None = None
    rdb: RdbVerdict | None = None
    damage: DamagedRdb | None = None

    @property
    def whole(self) -> bool:
        """Whether a server would load it without cutting anything off."""
        return self.damage is None and (self.rdb is None or self.rdb.whole)

    @property
    def mendable(self) -> bool:
        """Whether cutting its end makes it whole."""
        return self.damage is not None and self.last and (self.rdb is None or self.rdb.whole)


def check_file(engine: Engine, name: str, buffer: Buffer, last: bool = True) -> AofVerdict:
    """Read a file through."""
    verdict = AofVerdict(name, len(buffer), last)
    if buffer[:5] == b"REDIS":
        verdict.rdb = check_rdb(engine, buffer)
        verdict.valid = verdict.rdb.end
        if not verdict.rdb.whole:
            return verdict
    start, open_at, pending = verdict.valid, -1, 0
    try:
        for piece in aof.commands(buffer, start):
            word = piece.key.upper() if piece.kind == "command" else b""
            if word == b"MULTI":
                if open_at >= 0:
                    verdict.trouble = "multi in multi"
                    raise DamagedRdb("value", piece.offset, expected="EXEC", found="MULTI")
                open_at, pending = piece.offset, 0
            elif word == b"EXEC":
                if open_at < 0:
                    verdict.trouble = "exec alone"
                    raise DamagedRdb("value", piece.offset, expected="MULTI", found="EXEC")
                verdict.commands += pending
                open_at = -1
            if open_at >= 0:
                pending += bool(word)
            else:
                verdict.commands += bool(word)
                verdict.valid = piece.end
        if open_at >= 0:
            verdict.trouble = "transaction open"
            raise DamagedRdb("truncated", open_at, expected="EXEC", found="")
    except DamagedRdb as error:
        verdict.damage = error
        verdict.lost_commands = pending if open_at >= 0 else 0
    return verdict


class MissingPart(Exception):
    """A file that the manifest names is not there."""


def check_manifest(
    engine: Engine, text: str, open_part: Callable[[str], Buffer | None]
) -> list[AofVerdict]:
    """The files of a manifest in their order; the walk ends at the first that is not whole. Raises
    `manifest.DamagedManifest`, and `MissingPart` with the name."""
    verdicts: list[AofVerdict] = []
    parts = manifest.parse(text).parts
    for part in parts:
        buffer = open_part(part.name)
        if buffer is None:
            raise MissingPart(part.name)
        verdicts.append(check_file(engine, part.name, buffer, part is parts[-1]))
        if not verdicts[-1].whole:
            break
    return verdicts
