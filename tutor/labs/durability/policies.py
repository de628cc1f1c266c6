"""How the server keeps its data: the settings that are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tutor.labs.node import Kept

Death = Literal["crash", "power-cut"]
DEATHS: tuple[Death, ...] = ("crash", "power-cut")


@dataclass(frozen=True, slots=True)
class Policy:
    """``words`` are the lines of redis.conf."""

    name: str
    words: str
    kept: Kept
    save: tuple[tuple[int, int], ...] = ()
    appendfsync: str = "everysec"


_ALL = (
    Policy("memory", 'save ""', "nothing"),
    Policy("save-60", "save 60 10", "rdb", ((60, 10),)),
    Policy("save-2", "save 2 1", "rdb", ((2, 1),)),
    Policy("aof-no", "appendonly yes, appendfsync no", "aof", appendfsync="no"),
    Policy("aof-everysec", "appendonly yes, appendfsync everysec", "aof"),
    Policy("aof-always", "appendonly yes, appendfsync always", "aof", appendfsync="always"),
)
POLICIES: Mapping[str, Policy] = {policy.name: policy for policy in _ALL}
