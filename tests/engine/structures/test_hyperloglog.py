"""HyperLogLog: registers packed and in runs, the estimate, promotion."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.engine.structures import hyperloglog as dense
from tutor.engine.structures import hyperloglog_sparse as sparse
from tutor.engine.structures.sds import Sds

_MOST = 3000


def _add(sds: Sds, element: bytes, most: int = _MOST) -> bool:
    index, rank = dense.place(element)
    if sds.data[dense.ENCODING_AT] == dense.DENSE:
        return dense.dense_set(sds.data, index, rank)
    return sparse.set_register(sds, index, rank, most, "debian") is not None


def _registers(sds: Sds) -> bytes:
    is_dense = sds.data[dense.ENCODING_AT] == dense.DENSE
    return dense.unpack(sds.data) if is_dense else sparse.registers(sds.data)


def test_the_hash_and_the_place_are_those_measured_on_the_real_server() -> None:
    assert dense.place(b"a") == (12711, 2)


@given(st.integers(0, 2**32))
def test_packing_loses_no_register(seed: int) -> None:
    rng = random.Random(seed)
    registers = bytes(rng.randrange(64) for _ in range(dense.REGISTERS))
    text = dense.header(dense.DENSE) + dense.pack(registers)
    assert len(text) == dense.DENSE_SIZE
    assert dense.unpack(text) == registers
    for index in rng.sample(range(dense.REGISTERS), 20):
        assert dense.dense_get(text, index) == registers[index]


@given(st.lists(st.tuples(st.integers(0, dense.REGISTERS - 1), st.integers(1, 63)), max_size=60))
def test_a_dense_register_rises_and_never_falls(changes: list[tuple[int, int]]) -> None:
    text = bytearray(dense.header(dense.DENSE) + bytes(dense.DENSE_SIZE - dense.HEADER_SIZE))
    model = bytearray(dense.REGISTERS)
    for index, rank in changes:
        assert dense.dense_set(text, index, rank) == (rank > model[index])
        model[index] = max(rank, model[index])
    assert dense.unpack(text) == model


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(1, 32)), max_size=80))
def test_runs_always_cover_the_registers_and_say_what_was_set(
    changes: list[tuple[int, int]],
) -> None:
    sds = Sds.fresh(sparse.empty())
    model = bytearray(dense.REGISTERS)
    for index, rank in changes:
        raised = sparse.set_register(sds, index, rank, 10_000, "debian") is not None
        assert raised == (rank > model[index])
        model[index] = max(rank, model[index])
        sds.check()
        assert sparse.registers(sds.data) == model
        assert sum(sparse.histogram(sds.data)) == dense.REGISTERS


@given(st.dictionaries(st.integers(0, 400), st.integers(1, 4), max_size=120), st.integers(0, 99))
def test_setting_registers_upwards_from_a_known_place_gives_the_same_bytes(
    wanted: dict[int, int], seed: int
) -> None:
    one = Sds.fresh(sparse.empty())
    for number in random.Random(seed).sample(range(401), 100):
        sparse.set_register(one, number, 1 + number % 3, 10_000, "debian")
    other = one.clone()
    place = sparse.START
    for index, rank in sorted(wanted.items()):
        sparse.set_register(one, index, rank, 10_000, "debian")
        place = sparse.set_register(other, index, rank, 10_000, "debian", place) or place
        assert (one.data, one.alloc) == (other.data, other.alloc)


def test_sparse_and_dense_values_hold_the_same_registers() -> None:
    one, other = Sds.fresh(sparse.empty()), Sds.fresh(sparse.empty())
    sparse.to_dense(other, "debian")
    for number in range(3000):
        assert _add(one, b"%d" % number) == _add(other, b"%d" % number)
    assert one.data[dense.ENCODING_AT] == dense.DENSE  # grown beyond 3000 bytes on the way
    assert _registers(one) == _registers(other)


def test_a_rank_that_no_run_can_hold_makes_the_value_dense() -> None:
    sds = Sds.fresh(sparse.empty())
    sparse.set_register(sds, 5, 33, _MOST, "debian")
    assert sds.data[dense.ENCODING_AT] == dense.DENSE
    assert dense.dense_get(sds.data, 5) == 33
    assert (sds.alloc, sds.kind) == (Sds.fresh(bytes(dense.DENSE_SIZE)).alloc, 16)


@pytest.mark.parametrize("runs", [b"", b"\x7f\xfe", b"\x7f\xff\x00", b"\x80", b"\x7f\xff\x7f"])
def test_runs_that_do_not_cover_the_registers_exactly_are_corrupt(runs: bytes) -> None:
    text = dense.header(dense.SPARSE) + runs
    with pytest.raises(sparse.Corrupt):
        sparse.registers(text)
    with pytest.raises(sparse.Corrupt):
        sparse.histogram(text)
    with pytest.raises(sparse.Corrupt):
        sparse.to_dense(Sds.fresh(text), "debian")


@pytest.mark.parametrize("count", [0, 1, 10, 1000, 20_000])
def test_the_estimate_is_within_a_few_percent(count: int) -> None:
    sds = Sds.fresh(sparse.empty())
    for number in range(count):
        _add(sds, b"element:%d" % number)
    estimate = dense.estimate(dense.histogram_of(_registers(sds)))
    assert abs(estimate - count) <= 0.03 * count


def test_full_registers_give_what_c_makes_of_infinity() -> None:
    histogram = [0] * 64
    histogram[51] = dense.REGISTERS
    assert dense.estimate(histogram) == 1 << 63
