"""What must always be true of a store."""

from __future__ import annotations

from tutor.memcached.store import Store


def check(store: Store) -> None:
    """Index, queues, chunks and sums agree with one another."""
    seen = {}
    for slab in store.slabs.classes:
        assert len(slab.slots) == slab.pages * slab.per_page
        assert sorted(slab.free) == [at for at, held in enumerate(slab.slots) if held is None]
        for queue in slab.queues:
            items = []
            item = queue.next
            while item is not queue:
                assert item.queue is queue
                assert item.slab is slab
                assert item.next.prev is item
                items.append(item)
                item = item.next
            assert queue.length == len(items)
            assert queue.bytes == sum(item.size for item in items)
            seen.update({item.key: item for item in items})
    assert seen == store.index
    held: dict[int, int] = {}
    for item in store.index.values():
        assert item.home.slots[item.chunk] is item
        assert item.size <= store.settings.item_size_max
        held[item.home.number] = held.get(item.home.number, 0) + 1
        if item.pieces is None:
            assert item.size <= item.home.chunk
        for slab, chunk, asked in item.pieces or ():
            assert slab.slots[chunk] is item
            assert asked <= slab.chunk
            held[slab.number] = held.get(slab.number, 0) + 1
    for slab in store.slabs.classes:
        assert slab.used == held.get(slab.number, 0)
        assert 0 <= slab.requested <= slab.used * slab.chunk
    pages = sum(slab.pages for slab in store.slabs.classes) + store.slabs.pool
    assert store.slabs.allocated == pages << 20
