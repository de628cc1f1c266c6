"""A session on embedded servers, emptied before each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tutor.network.django.session import Session
from tutor.network.django.settings import BLOCKS, read


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
    _session._names.results.clear()
    return _session
