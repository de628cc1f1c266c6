"""A disk that loses power keeps what was synced, and a beginning of the rest at most."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.labs.disk import SimulatedFolder


def content(folder: SimulatedFolder, name: str) -> bytes | None:
    return None if folder.size(name) is None else b"".join(folder.read(name))


@given(st.binary(max_size=50), st.binary(max_size=50), st.integers(0, 2**32))
def test_what_was_synced_outlives_a_loss_of_power(kept: bytes, rest: bytes, seed: int) -> None:
    folder = SimulatedFolder()
    file = folder.create("f")
    file.write(kept)
    file.sync()
    folder.sync_names()
    file.write(rest)
    folder.lose_power(random.Random(seed))
    found = content(folder, "f")
    assert found is not None
    assert found.startswith(kept)
    assert (kept + rest).startswith(found)


@given(st.integers(0, 2**32))
def test_a_replacement_leaves_the_old_file_or_the_new_one(seed: int) -> None:
    folder = SimulatedFolder()
    for name, data in (("f", b"old"), ("temp", b"new")):
        file = folder.create(name)
        file.write(data)
        file.sync()
        if name == "f":
            folder.sync_names()
    folder.replace("temp", "f")
    folder.lose_power(random.Random(seed))
    assert content(folder, "f") in (b"old", b"new")


def test_a_full_disk_takes_nothing() -> None:
    folder = SimulatedFolder()
    file = folder.create("f")
    folder.full = True
    with pytest.raises(OSError, match="No space left on device"):
        file.write(b"x")


def test_what_was_truncated_does_not_come_back() -> None:
    folder = SimulatedFolder()
    file = folder.create("f")
    file.write(b"whole, torn")
    file.sync()
    folder.sync_names()
    folder.truncate("f", len(b"whole,"))
    again = folder.append("f")
    again.write(b" more")
    again.sync()
    folder.lose_power(random.Random(1))
    assert content(folder, "f") == b"whole, more"
