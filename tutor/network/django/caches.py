"""Django's cache framework on the embedded servers.

    Settings ─▶ CacheHandler (Django's) ─▶ RedisCache (Django's) ─▶ redis-py ─▶ fleet

A handler of our own is made with its settings handed to it, so ``django.conf.settings`` is neither
read nor configured: a learner's own project is not touched. As in any Django project each thread
has its own cache object and connections.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tutor.network.django.fleet import Fleet
from tutor.network.django.memory import MemoryFleet
from tutor.network.django.serializers import GuardedPickle, JSONSerializer
from tutor.network.django.settings import JSON_SERIALIZER, Settings
from tutor.network.django.wirelog import Peer, WireLog

__all__ = ["Caches", "django_version", "is_djangos_absence"]


def is_djangos_absence(error: BaseException) -> bool:
    """Whether this was raised because Django is not there, or too old: an import that failed, or an
    exception of Django's own."""
    return isinstance(error, ImportError) or type(error).__module__.startswith("django.")


def django_version() -> str:
    """Django's version. Raises ModuleNotFoundError where it is not installed."""
    import django

    return str(django.get_version())


class Caches:
    """The caches of ``settings`` on ``fleet``; every exchange goes to ``log``.

    Raises ModuleNotFoundError without Django, InvalidCacheBackendError (Django's) where that is too
    old to have a Redis backend, and `CannotServe`.
    """

    def __init__(
        self, settings: Settings, fleet: Fleet | MemoryFleet, log: WireLog | None = None
    ) -> None:
        from django.core.cache import CacheHandler

        self.settings = settings
        self.fleet = fleet
        self.log = log or WireLog()
        fleet.ensure(settings.replicas, settings.password)
        self.handler: Any = CacheHandler(self._for_django())
        self.cache: Any = self.handler["default"]

    def _for_django(self) -> Mapping[str, Any]:
        """The settings with our connection pool and serializer in OPTIONS."""
        pools = {
            alias: self.fleet.pool(self._route(alias), self.log) for alias in self.settings.caches
        }
        made = {}
        for alias, params in self.settings.caches.items():
            options = dict(params.get("OPTIONS", {}))
            json = options.get("serializer") == JSON_SERIALIZER
            options["serializer"] = JSONSerializer if json else GuardedPickle
            options["pool_class"] = pools[alias]
            made[alias] = {**params, "OPTIONS": options}
        return made

    def _route(self, alias: str) -> Callable[[str, int], Peer]:
        """Whom host and port of this alias mean."""
        endpoints = list(self.settings.endpoints[alias])

        def route(host: str, port: int) -> Peer:
            index = next(at for at, one in enumerate(endpoints)
                         if (one.host, one.port) == (host, port))  # fmt: skip
            member = self.fleet[endpoints[index].server]
            address = endpoints[index].address
            return Peer(member.name, index, address, 0, lambda: member.state(None).role)

        return route

    def close(self) -> None:
        """Hang up this thread's connections. The fleet goes on."""
        for cache in self.handler.all(initialized_only=True):
            client = cache.__dict__.get("_cache")
            for pool in getattr(client, "_pools", {}).values():
                pool.disconnect()
