"""A key of a real server, looked at again and again, so that a class can see others change it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from tutor.console.xray.sight import Sight
from tutor.engine.inspect import Inspection

__all__ = ["watch"]

_PAUSE_S = 0.5


def watch(
    first: Sight,
    look: Callable[[], Inspection | None],
    show: Callable[[Sight], None],
    wait: Callable[[float], None] = time.sleep,
) -> None:
    """Show a key, and again whenever it is another, with marks on what differs; ends with Ctrl+C.

    A TTL that drains is shown once a second and is no change.
    """
    sight = first
    show(sight)
    try:
        while True:
            wait(_PAUSE_S)
            now = look()
            if _without_ttl(now) != _without_ttl(sight.now):
                sight = Sight(first.key, now, sight.now, compared=True)
                show(sight)
            elif _seconds(now) != _seconds(sight.now):
                sight = replace(sight, now=now)
                show(sight)
    except KeyboardInterrupt:
        return


def _without_ttl(seen: Inspection | None) -> Inspection | None:
    return seen and replace(seen, ttl_ms=seen.ttl_ms and 1)


def _seconds(seen: Inspection | None) -> int:
    return (seen.ttl_ms or 0) // 1000 if seen is not None else 0
