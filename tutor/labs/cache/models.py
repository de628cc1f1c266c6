"""Models in the cache beside dictionaries: how large they are, and what a release does to them.

Everything is really done: the values are pickled and stored in a server of our own, the sizes are
its answers; then the class is another one, as after a deployment, and what was stored is read.
"""

from __future__ import annotations

import io
import json
import pickle
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from tutor.engine.clock import VirtualClock
from tutor.engine.engine import Engine
from tutor.labs.cache import shop
from tutor.labs.cache.calls import PROTOCOL
from tutor.labs.cache.frame import ChangeFrame, ModelsFrame, SizeFrame
from tutor.labs.simulation import EPOCH_US

ROWS = (1, 10, 100, 1000)
_PATH = shop.__name__


class Deployed(pickle.Unpickler):
    """Reads what we wrote, with the classes of another release: ``classes`` by their old names.
    Only the shop's own names and Decimal are known to it."""

    def __init__(self, data: bytes, classes: Mapping[str, type | None]) -> None:
        super().__init__(io.BytesIO(data))
        self._classes = classes

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("decimal", "Decimal"):
            return super().find_class(module, name)
        found = self._classes.get(name, getattr(shop, name, None))
        if module != _PATH or found is None:
            raise AttributeError(f"Can't get attribute '{name}' on <module '{module}'>")
        return found


def _sizes(rows: int) -> tuple[SizeFrame, ...]:
    products = [shop.product(number) for number in range(1, rows + 1)]
    dictionaries = [shop.as_dictionary(one) for one in products]
    ways: dict[str, bytes] = {
        "models": pickle.dumps(products, PROTOCOL),
        "dictionaries": pickle.dumps(dictionaries, PROTOCOL),
        "json": json.dumps(dictionaries, default=str).encode(),
        "tuples": pickle.dumps([tuple(one.values()) for one in dictionaries], PROTOCOL),
    }
    engine = Engine(VirtualClock(EPOCH_US), 7)
    session = engine.connect("app:50000")
    found: list[SizeFrame] = []
    for way, data in ways.items():
        key = f"shop:1:{way}".encode()
        engine.execute(session, (b"SET", key, data, b"EX", b"300"))
        memory = engine.execute(session, (b"MEMORY", b"USAGE", key))
        assert isinstance(memory, int)
        found.append(SizeFrame(way, rows, len(data), memory))
    return tuple(found)


def _models_page(data: bytes, classes: Mapping[str, type | None]) -> Callable[[], Any]:
    return lambda: Deployed(data, classes).load()


_CHANGES: Mapping[str, tuple[type | None, Callable[[dict[str, Any]], str]]] = {
    "same": (shop.Product, lambda row: f"{row['name']}: {row['price']}"),
    "added": (
        shop.ProductWithDiscount,
        lambda row: f"{row['name']}: {row['price']} -{row.get('discount', 0)} %",
    ),
    "removed": (shop.ProductWithoutStock, lambda row: f"{row['name']}: {row['price']}"),
    "renamed": (shop.ProductRenamed, lambda row: f"{row['name']}: {row['net_price']}"),
    "cents": (shop.ProductInCents, lambda row: f"{row['name']}: {row['price'] / 100:.2f}"),
    "moved": (None, lambda row: f"{row['name']}: {row['price']}"),
}
"""What `Product` is after the release (None: it is in another module), and how the page reads a
dictionary then."""


def changes() -> tuple[ChangeFrame, ...]:
    """What was stored before each change, read after it."""
    one = shop.product(7)
    model = pickle.dumps(one, PROTOCOL)
    row = pickle.dumps(shop.as_dictionary(one), PROTOCOL)
    right = one.label()
    found: list[ChangeFrame] = []
    for change, (kind, page) in _CHANGES.items():
        load = _models_page(model, {"Product": kind})
        found.append(_read(change, "model", load, lambda made: str(made.label()), right))
        load = _models_page(row, {})
        found.append(_read(change, "dictionary", load, page, right))
    found += _lost_update()
    return tuple(found)


def _read(
    change: str, way: str, load: Callable[[], Any], page: Callable[[Any], str], right: str
) -> ChangeFrame:
    try:
        made = load()
    except (AttributeError, pickle.UnpicklingError) as error:
        return ChangeFrame(change, way, _error(error), "", True)
    try:
        shown = page(made)
    except (AttributeError, KeyError, TypeError) as error:
        return ChangeFrame(change, way, "ok", _error(error), True)
    wrong = shown != right and change == "cents"
    if change == "removed":  # nobody asks for it, nobody throws it away
        held = made if isinstance(made, dict) else vars(made)
        shown += f" (stock = {held['stock']})"
    return ChangeFrame(change, way, "ok", shown, wrong, silent=wrong)


def _error(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _lost_update() -> list[ChangeFrame]:
    """The row changes in the database, then a page saves what it has from the cache."""
    table: dict[str, Any] = {"id": 7, "name": "Book 7", "price": "12.50", "stock": 7}
    cached = Deployed(pickle.dumps(shop.Product(**table), PROTOCOL), {}).load()
    row = Deployed(pickle.dumps(dict(table), PROTOCOL), {}).load()
    table["stock"] = 3  # somebody has bought four
    fields = {name: value for name, value in vars(cached).items() if name in table}
    saved = {**table, **fields, "name": "Book VII"}  # cached.name = …; cached.save()
    updated = {**table, "name": "Book VII"}  # filter(id=row["id"]).update(name=…)
    assert row["id"] == 7
    return [
        ChangeFrame("saved", "model", "ok", f"stock = {saved['stock']}", saved["stock"] != 3, True),
        ChangeFrame("saved", "dictionary", "ok", f"stock = {updated['stock']}", False),
    ]


@cache
def examine(rows: int) -> ModelsFrame:
    """Sizes for so many rows, and what changes do."""
    pickled = pickle.dumps(shop.product(7), PROTOCOL)
    return ModelsFrame(rows, _sizes(rows), changes(), pickled.hex())
