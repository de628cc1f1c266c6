"""Django's own Redis cache over real sockets, on embedded servers, with its traffic written down.

    Django's RedisCache ─ redis-py ─ tapped socket ─▶ embedded master ══ held link ══▶ replicas
                                          │
                                       wire log

Django is imported when a cache is made, never before.
"""
