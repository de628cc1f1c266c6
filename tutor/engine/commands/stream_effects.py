"""Streams, what consumer groups have replicas told: XCLAIM, XGROUP SETID (redis 7.0, t_stream.c).

Reading for a group and claiming change what is pending. Replicas hear of each entry by itself, with
its holder, its time and its count as they are now; the command itself they do not hear of.
"""

from __future__ import annotations

from typing import NamedTuple

from tutor.engine.database import Database
from tutor.engine.structures.stream import id_text
from tutor.engine.structures.stream_group import Group, Nack


class GroupPlace(NamedTuple):
    """A group, and where it is."""

    db: Database
    key: bytes
    name: bytes
    group: Group


def tell_claim(place: GroupPlace, entry: int, nack: Nack) -> None:
    """An entry is pending, as ``nack`` says."""
    propagation = place.db.engine.propagation
    if propagation.active:
        head = (b"XCLAIM", place.key, place.name, nack.consumer, b"0", id_text(entry))
        times = (b"TIME", b"%d" % nack.time, b"RETRYCOUNT", b"%d" % nack.deliveries)
        tail = (b"FORCE", b"JUSTID", b"LASTID", id_text(place.group.last_id))
        propagation.also(place.db.index, *head, *times, *tail)


def tell_last_id(place: GroupPlace) -> None:
    """How far the group has read."""
    propagation, group = place.db.engine.propagation, place.group
    if propagation.active:
        head = (b"XGROUP", b"SETID", place.key, place.name, id_text(group.last_id))
        read = (b"ENTRIESREAD", b"%d" % group.entries_read)
        propagation.also(place.db.index, *head, *read)


def tell_consumer(place: GroupPlace, name: bytes) -> None:
    """The group has a new consumer."""
    words = (b"XGROUP", b"CREATECONSUMER", place.key, place.name, name)
    place.db.engine.propagation.also(place.db.index, *words)
