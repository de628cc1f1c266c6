"""What the system says of the process, and what it is asked for."""

from __future__ import annotations

import sys

import pytest

from tutor.network.process import process_facts, process_memory, trim_heap


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_memory_is_told_in_bytes() -> None:
    memory = process_memory()
    assert memory is not None
    assert 1 << 20 < memory.rss <= memory.peak_rss * 1.1
    assert memory.rss < memory.system


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_what_was_freed_goes_back_to_the_system() -> None:
    blocks = [bytearray(4096) for _ in range(20_000)]
    full = process_memory()
    del blocks[:-1]
    trim_heap()
    empty = process_memory()
    assert full is not None
    assert empty is not None
    assert empty.rss < full.rss - 40_000_000


def test_facts_name_the_process() -> None:
    facts = process_facts()
    assert int(str(facts["process_id"])) > 0
    assert float(str(facts["used_cpu_user"])) >= 0
