"""The generator of math.random: known numbers of drand48."""

from __future__ import annotations

import pytest

from tutor.engine.scripting.random48 import Random48


def test_the_sequence_is_that_of_a_fresh_redis_server() -> None:
    generator = Random48()
    assert generator.next() == pytest.approx(0.39646477363839, abs=1e-14)
    assert generator.next() == pytest.approx(0.84048536971234, abs=1e-14)


def test_a_seed_begins_the_same_sequence_again() -> None:
    generator = Random48()
    generator.seed(42)
    first = [generator.next() for _ in range(5)]
    assert first[0] == pytest.approx(0.74452500033403, abs=1e-14)
    generator.seed(42 + (1 << 32))
    assert [generator.next() for _ in range(5)] == first


def test_the_state_is_all_there_is() -> None:
    one, other = Random48(), Random48()
    one.seed(-7)
    other.state = one.state
    assert [one.next() for _ in range(3)] == [other.next() for _ in range(3)]
