"""Django's absence is told from a fault of ours."""

from __future__ import annotations

import pytest
from django.core.cache import InvalidCacheBackendError
from django.core.exceptions import ImproperlyConfigured

from tutor.network.django.caches import is_djangos_absence


@pytest.mark.parametrize(
    "error",
    [ModuleNotFoundError("django"), InvalidCacheBackendError(), ImproperlyConfigured()],
)  # fmt: skip
def test_djangos_absence(error: Exception) -> None:
    assert is_djangos_absence(error)


@pytest.mark.parametrize("error", [KeyError("x"), OSError(), AssertionError(), ValueError()])
def test_a_fault_of_ours(error: Exception) -> None:
    assert not is_djangos_absence(error)
