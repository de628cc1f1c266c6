"""A session on embedded servers, emptied before each test."""

from __future__ import annotations

from tests.network.django.conftest import _session, session

__all__ = ["_session", "session"]
