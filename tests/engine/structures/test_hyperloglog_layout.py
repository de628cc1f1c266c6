"""The image of a HyperLogLog: header, registers, opcodes, and why an element hits a register."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.engine.structures import hyperloglog, hyperloglog_sparse
from tutor.engine.structures.hyperloglog import HEADER_SIZE, REGISTERS, cache_count, place
from tutor.engine.structures.hyperloglog_layout import hit_of, hyperloglog_layout, register_under
from tutor.engine.structures.sds import Sds
from tutor.engine.structures.window import Window


def counted(elements: list[bytes], most: int = 3000) -> Sds:
    sds = Sds.fresh(hyperloglog_sparse.empty(), "debian")
    for element in elements:
        register, rank = place(element)
        if sds.data[4] == hyperloglog.DENSE:
            hyperloglog.dense_set(sds.data, register, rank)
        else:
            hyperloglog_sparse.set_register(sds, register, rank, most, "debian")
    return sds


@given(st.lists(st.binary(max_size=9), max_size=60), st.sampled_from([0, 20, 3000]))
def test_registers_are_the_highest_ranks_of_the_elements(elements: list[bytes], most: int) -> None:
    text = counted(elements, most).data
    layout = hyperloglog_layout(text, Window(0, len(text)))
    assert layout is not None
    wanted = bytearray(REGISTERS)
    for element in elements:
        register, rank = place(element)
        wanted[register] = max(wanted[register], rank)
    assert layout.registers == wanted
    assert sum(layout.histogram) == REGISTERS
    assert [register_under(text, one) for one in elements] == [
        wanted[place(one)[0]] for one in elements
    ]
    if layout.sparse:
        assert layout.header + b"".join(one.data for one in layout.opcodes) == bytes(text)
        assert sum(one.run for one in layout.opcodes) == REGISTERS
        for one in layout.opcodes:
            assert layout.registers[one.register : one.register + one.run] == (
                bytes([one.rank]) * one.run
            )


def test_a_window_of_bytes_gives_the_opcodes_that_begin_in_it() -> None:
    text = counted([b"%d" % number for number in range(100)]).data
    whole = hyperloglog_layout(text, Window(0, len(text)))
    part = hyperloglog_layout(text, Window(40, 10))
    assert whole is not None
    assert part is not None
    assert part.opcodes == tuple(one for one in whole.opcodes if 40 <= one.offset < 50)
    assert part.opcode_count == whole.opcode_count


def test_the_cached_cardinality_is_told_with_whether_it_is_stale() -> None:
    sds = counted([b"a", b"b"])
    layout = hyperloglog_layout(sds.data, Window(0, 0))
    assert layout is not None
    assert (layout.stale, layout.cached, layout.estimate) == (True, 0, 2)
    cache_count(sds.data, 77)
    layout = hyperloglog_layout(sds.data, Window(0, 0))
    assert layout is not None
    assert (layout.stale, layout.cached, layout.estimate) == (False, 77, 77)


@pytest.mark.parametrize("body", [b"", b"\x7f", b"\x7f\xfe", b"\x7f\xff\x00", b"\x00" * 40_000])
def test_runs_that_do_not_cover_the_registers_are_corrupt(body: bytes) -> None:
    layout = hyperloglog_layout(hyperloglog.header(1) + body, Window(0, 100))
    assert layout is not None
    assert layout.corrupt
    assert layout.estimate is None
    assert register_under(hyperloglog.header(1) + body, b"a") is None


@pytest.mark.parametrize("text", [b"", b"HYLL", b"HYLX" + bytes(20), b"HYLL\0" + bytes(20)])
def test_other_strings_are_none(text: bytes) -> None:
    assert hyperloglog_layout(text, Window()) is None
    assert register_under(text, b"a") is None


@given(st.binary(max_size=20))
def test_a_hit_tells_register_and_rank_by_the_bits_of_the_hash(element: bytes) -> None:
    hit = hit_of(element)
    bits = f"{hit.hash:064b}"
    assert int(bits[50:], 2) == hit.register
    rest = bits[:50]
    assert hit.rank == 51 - rest.rindex("1") - 1 if "1" in rest else 51
    assert HEADER_SIZE == 16
