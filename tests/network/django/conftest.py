"""A fleet and Django's caches on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tutor.network.django.caches import Caches
from tutor.network.django.fleet import Fleet
from tutor.network.django.settings import BLOCKS, read

Make = Callable[[str], Caches]


@pytest.fixture
def fleet() -> Iterator[Fleet]:
    """A master and two replicas that follow it."""
    with Fleet(2) as fleet:
        yield fleet


@pytest.fixture
def make(fleet: Fleet) -> Iterator[Make]:
    """The caches of a block of the settings, by its name or as a text."""
    made: list[Caches] = []

    def caches(name: str) -> Caches:
        made.append(Caches(read(BLOCKS.get(name, name)), fleet))
        return made[-1]

    yield caches
    for one in made:
        one.close()
