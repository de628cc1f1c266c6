"""A fleet and Django's caches on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tutor.network.django.caches import Caches
from tutor.network.django.fleet import Fleet
from tutor.network.django.session import Session
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


@pytest.fixture(scope="session")
def _session() -> Iterator[Session]:
    session = Session(cost_s=0)
    yield session
    session.close()


@pytest.fixture
def session(_session: Session) -> Session:
    """With the notes' first block; the master empty, nothing cut or delayed, no names."""
    for name in _session.fleet.names[1:]:
        _session.fleet.heal(name)
        _session.fleet.lag(name, 0)
    _session.choose(read(BLOCKS["single"]))
    _session.caches.cache._cache.get_client(None, write=True).flushall()
    _session.results = {}
    return _session
