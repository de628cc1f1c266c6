"""Pictures of HyperLogLogs: header, opcodes and registers are those of the real server.

Both sides count the same elements. The bytes that our picture shows, joined, must be the string
inside the server's DUMP, the registers those of PFDEBUG GETREG, the estimate that of PFCOUNT; an
element must touch the register that the picture says. ``ORACLE_IMAGES`` values are made.
"""

from __future__ import annotations

import os
import random

import pytest

from tests.diagrams.samples import bytes_of
from tests.oracle.compare import RawConnection, engine_like_the_oracle, run_both
from tests.oracle.payloads import Payload
from tests.oracle.tally import TALLY
from tutor.diagrams.memory.compact import string_blocks
from tutor.engine.engine import Engine
from tutor.engine.inspect import inspect
from tutor.engine.structures.hyperloglog import HEADER_SIZE, REGISTERS
from tutor.engine.structures.hyperloglog_layout import (
    HyperloglogLayout,
    hit_of,
    hyperloglog_layout,
)
from tutor.engine.structures.sds import Sds, StringLayout
from tutor.engine.structures.window import Window

VALUES = int(os.environ.get("ORACLE_IMAGES", "12"))


def _text(engine: Engine) -> bytes:
    value = engine.databases[0].keys.data[b"k"]
    return bytes(value.data) if isinstance(value, Sds) else bytes(value)


def _whole(text: bytes) -> HyperloglogLayout:
    layout = hyperloglog_layout(text, Window(0, len(text)))
    assert layout is not None
    return layout


def _compare_bytes(engine: Engine, raw: RawConnection) -> None:
    """What the pictures show, joined, is the string of the DUMP."""
    text = Payload(raw.call(b"DUMP", b"k")[1:]).string()
    layout = _whole(_text(engine))
    if layout.sparse:
        assert layout.header + b"".join(one.data for one in layout.opcodes) == text
        windows = [hyperloglog_layout(text, Window(at, 41)) for at in range(0, len(text), 41)]
        parts = [one.data for window in windows if window is not None for one in window.opcodes]
        assert layout.header + b"".join(parts) == text
    seen = inspect(engine, 0, b"k", Window(0, 64))
    assert seen is not None
    assert isinstance(seen.layout, StringLayout)
    shown = seen.layout.preview
    assert text.startswith(shown)
    image = bytes_of(list(string_blocks(seen.layout, frozenset())))
    assert shown in image


def _compare_registers(engine: Engine, raw: RawConnection) -> None:
    """GETREG and PFCOUNT change the value they are asked about, so a copy is asked."""
    layout = _whole(_text(engine))
    assert raw.call(b"PFDEBUG", b"ENCODING", b"k").text.decode() == (
        "sparse" if layout.sparse else "dense"
    )
    raw.call(b"COPY", b"k", b"copy", b"REPLACE")
    assert raw.call(b"PFCOUNT", b"copy") == layout.estimate
    assert bytes(raw.call(b"PFDEBUG", b"GETREG", b"copy")) == layout.registers
    assert sum(layout.histogram) == REGISTERS
    assert layout.header == _text(engine)[:HEADER_SIZE]
    TALLY.calls += 4


@pytest.mark.parametrize("seed", range(VALUES))
def test_pictures_of_hyperloglogs_are_those_of_the_real_server(
    raw: RawConnection, seed: int
) -> None:
    chance = random.Random(seed)
    engine = engine_like_the_oracle()
    session = engine.connect()
    limit = chance.choice([b"3000", b"3000", b"100", b"16000", b"0"])
    run_both(session, raw, [b"CONFIG", b"SET", b"hll-sparse-max-bytes", limit])
    for _ in range(8):
        count = chance.choice([0, 1, 1, 3, 30, 300, 1500])
        words = [b"%d" % chance.randrange(10 ** chance.randint(1, 7)) for _ in range(count)]
        run_both(session, raw, [b"PFADD", b"k", *words])
        if chance.random() < 0.4:
            run_both(session, raw, [b"PFCOUNT", b"k"])
        if chance.random() < 0.1:
            run_both(session, raw, [b"PFADD", b"other", b"%d" % chance.random()])
            run_both(session, raw, [b"PFMERGE", b"k", b"other"])
        _compare_bytes(engine, raw)
        _compare_registers(engine, raw)


def test_an_element_touches_the_register_that_the_picture_names(raw: RawConnection) -> None:
    chance = random.Random(7)
    for _ in range(100):
        element = chance.randbytes(chance.choice([0, 1, 5, 8, 13, 40]))
        raw.call(b"DEL", b"k")
        raw.call(b"PFADD", b"k", element)
        registers = raw.call(b"PFDEBUG", b"GETREG", b"k")
        hit = hit_of(element)
        assert registers[hit.register] == hit.rank
        assert sum(map(bool, registers)) == 1
        assert hit.hash & (REGISTERS - 1) == hit.register
        rest = hit.hash >> 14 | 1 << 50
        assert rest >> hit.rank - 1 & 1 == 1
        assert rest & (1 << hit.rank - 1) - 1 == 0
        TALLY.calls += 1
