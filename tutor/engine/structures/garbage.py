"""Making many objects at once without the cycle collector looking through them again and again.

A copy of a skiplist or an index of a table is a million objects none of which is garbage; the
collector would spend several times what making them costs.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collection_paused() -> Iterator[None]:
    """The cycle collector rests inside the block."""
    paused = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if paused:
            gc.enable()
