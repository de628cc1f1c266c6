"""The counter that LFU policies keep of each key: how often, and how lately, it was used.

    access[key] = minutes since 1970, low 16 bits | counter, 8 bits

The counter grows by chance, the less likely the higher it stands, and falls with the minutes in
which the key was not used. It takes the place of the access time, as in redis 7.0, evict.c; after a
change of policy either is nonsense until the key is used again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tutor.engine.config import Config
    from tutor.engine.engine import Engine


class Moment(Protocol):
    """A time and the settings in force: an engine, or a moment of one."""

    now_ms: int
    config: Config


NO_EVICTION = "noeviction"
"""The usual policy: where it is in force nobody need ask further."""

INITIAL = 5
MOST = 255
_MINUTES = 0xFFFF


def is_lfu(policy: str) -> bool:
    """Whether a maxmemory-policy counts uses (``allkeys-lfu``, ``volatile-lfu``)."""
    return policy.endswith("lfu")


def stamp(engine: Moment, counter: int = INITIAL) -> int:
    """What is kept of a key that was used just now."""
    return (engine.now_ms // 60_000 & _MINUTES) << 8 | counter


def frequency(engine: Moment, kept: int) -> int:
    """The counter, less what it lost since the key was last used."""
    elapsed = (engine.now_ms // 60_000 & _MINUTES) - (kept >> 8 & _MINUTES)
    if elapsed < 0:
        elapsed += _MINUTES
    decay = engine.config.lfu_decay_time
    return max((kept & MOST) - (elapsed // decay if decay else 0), 0)


def used(engine: Engine, kept: int) -> int:
    """What is kept of a key that is used once more."""
    counter = frequency(engine, kept)
    above = max(counter - INITIAL, 0)
    if counter < MOST and engine.random.random() * (above * engine.config.lfu_log_factor + 1) < 1:
        counter += 1
    return stamp(engine, counter)
