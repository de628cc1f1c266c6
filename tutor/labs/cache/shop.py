"""The shop whose products are cached: model-like classes, and the same ones after a release.

Only what matters to a cache is like a Django model: fields in ``__dict__``, a ``_state`` that
carries fetched relations along, and a pickle that names the class by its path and notes a version.
"""

from __future__ import annotations

import decimal
from typing import Any

RELEASE = "5.2"


class State:
    """What a model knows of itself: where it came from, which relations were fetched."""

    def __init__(self) -> None:
        self.db = "default"
        self.adding = False
        self.fields_cache: dict[str, Model] = {}


class Model:
    """Fields by keyword."""

    def __init__(self, **fields: Any) -> None:
        self._state = State()
        self.__dict__.update(fields)

    def __reduce__(self) -> tuple[Any, ...]:
        return load_model, (type(self),), {**self.__dict__, "_django_version": RELEASE}


def load_model(kind: type[Model]) -> Model:
    """What a pickle of a model calls to get an empty instance."""
    return kind.__new__(kind)


class Category(Model):
    """A row of another table that was fetched with the product."""

    id: int
    name: str
    description: str


class Product(Model):
    """The product as it is when the cache is filled."""

    id: int
    name: str
    price: decimal.Decimal
    stock: int

    def label(self) -> str:
        """What the page shows."""
        return f"{self.name}: {self.price}"


class ProductWithoutStock(Model):
    """``stock`` is kept elsewhere now."""

    name: str
    price: decimal.Decimal

    def label(self) -> str:
        return f"{self.name}: {self.price}"


class ProductWithDiscount(Model):
    """A field was added, and the page shows it."""

    name: str
    price: decimal.Decimal
    discount: int

    def label(self) -> str:
        return f"{self.name}: {self.price} -{self.discount} %"


class ProductRenamed(Model):
    """``price`` is called ``net_price`` now."""

    name: str
    net_price: decimal.Decimal

    def label(self) -> str:
        return f"{self.name}: {self.net_price}"


class ProductInCents(Model):
    """``price`` is a whole number of cents now."""

    name: str
    price: int

    def label(self) -> str:
        return f"{self.name}: {self.price / 100:.2f}"


RELEASES = (ProductWithoutStock, ProductWithDiscount, ProductRenamed, ProductInCents)
for _release in RELEASES:
    _release.__name__ = _release.__qualname__ = "Product"  # each is what the name means later


def product(number: int) -> Product:
    """A product with its category, as a query with select_related gives it."""
    category = Category(id=3, name="Books", description="Printed on paper, read in bed. " * 3)
    made = Product(id=number, name=f"Book {number}", price=decimal.Decimal("12.50"), stock=number,
                   category_id=3)  # fmt: skip
    made._state.fields_cache["category"] = category
    return made


def as_dictionary(one: Product) -> dict[str, Any]:
    """What ``values("id", "name", "price", "stock")`` gives."""
    return {"id": one.id, "name": one.name, "price": one.price, "stock": one.stock}
