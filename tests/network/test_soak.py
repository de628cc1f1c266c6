"""A few seconds of the soak (`benchmarks/soak.py` is the long one): the server stays well."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest

from benchmarks.processes import running
from benchmarks.soak import OPTIONS, soak

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/statm").exists(), reason="memory is read from /proc"
)
MOST_MEMORY = 150_000_000


def test_a_crowd_does_the_server_no_harm() -> None:
    seed = int(os.environ.get("SOAK_SEED", random.SystemRandom().randrange(2**32)))
    print(f"SOAK_SEED={seed}", file=sys.stderr)
    with running("redis-tutor", *OPTIONS) as server:
        measured = soak(server, seconds=6, clients=25, seed=seed, every=1)
        assert server.process.poll() is None
    assert "Internal error" not in measured.log
    assert not [trouble for trouble in measured.troubles if not trouble.startswith("a PING")]
    assert measured.tally.commands > 1000
    assert measured.pings_s
    assert max(size for _, size in measured.memory) < MOST_MEMORY
