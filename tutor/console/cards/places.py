"""Cards about points on the map: coordinates, units, members, how to search."""

from __future__ import annotations

import re

from tutor.console.cards.case import Card, Case, Families, Try, alike, help_tries, shown
from tutor.console.lexer import quote
from tutor.i18n import _

__all__ = ["FAMILIES"]

_LATITUDE = 85.05112878
_UNITS = {
    "m": ("meter", "meters", "metre", "metres", "м", "метр", "метров"),
    "km": ("kilometer", "kilometers", "kilometre", "kilometres", "kms", "км"),
    "ft": ("foot", "feet", "фут", "футов"),
    "mi": ("mile", "miles", "миля", "миль"),
}
"""What people write for the four units."""


def coordinates(case: Case) -> Card | None:
    """GEOADD k 200 0 x."""
    found = re.search(r"pair (\S+?),(\S+)", case.message)
    meaning = _("First comes the longitude, from -180 to 180, then the latitude, from -85.05112878 "
                "to 85.05112878 (not to the poles).")  # fmt: skip
    tries: tuple[Try, ...] = ()
    if found is not None:
        longitude, latitude = float(found[1]), float(found[2])
        at = next((at for at in range(len(case.argv) - 1)
                   if (_number(case.argv[at]), _number(case.argv[at + 1]))
                   == (longitude, latitude)), None)  # fmt: skip
        if at is not None and abs(latitude) <= 180 and abs(longitude) <= _LATITUDE:
            swapped = [*case.argv[:at], case.argv[at + 1], case.argv[at], *case.argv[at + 2 :]]
            tries = (Try(case.line(swapped), _("if they were the other way round")),)
    return Card(_("There is no such place"), meaning, tries or help_tries(case))


def _number(word: bytes) -> float | None:
    try:
        return round(float(word), 6)
    except ValueError:
        return None


def order(case: Case) -> Card | None:
    """GEOADD k Moscow 37.6 55.7."""
    at = case.place("longitude")
    if case.name != "GEOADD" or at is None or len(case.argv) < at + 3:
        return None
    first, *rest = case.argv[at : at + 3]
    if _number(first) is not None or None in map(_number, rest):
        return None
    moved = [*case.argv[:at], *rest, first, *case.argv[at + 3 :]]
    return Card(
        _("The coordinates come before the member"),
        _("GEOADD takes triples of longitude, latitude and member."),
        (Try(case.line(moved)),),
    )


def unit(case: Case) -> Card | None:
    """GEODIST k a b yards."""
    units = [name.encode() for name in _UNITS]
    at = case.wrong
    if at is None:
        at = next((at for at in range(len(case.argv) - 1, 0, -1)
                   if case.argv[at].lower() not in units and not case.kind(at)), None)  # fmt: skip
    meaning = _("There are `m` (metres), `km` (kilometres), `ft` (feet) and `mi` (miles).")
    if at is None:
        return Card(_("Unknown unit"), meaning, help_tries(case))
    typed = case.argv[at].decode("utf-8", "replace").lower()
    meant = next((name for name, others in _UNITS.items() if typed in others), None)
    tries = (Try(case.with_word(at, meant or "km")),)
    return Card(_("{word} is not a unit").format(word=case.word(at)), meaning, tries)


def negative(case: Case) -> Card | None:
    """BYRADIUS -1 km."""
    return Card(
        _("A distance is not negative"),
        _("Radius, width and height begin at 0."),
        help_tries(case),
    )


def no_member(case: Case) -> Card | None:
    """FROMMEMBER somebody who is not there."""
    member = case.value("member")
    keys = case.named_keys()
    if member is None or not keys:
        return None
    key = keys[-1] if case.name == "GEOSEARCHSTORE" else keys[0]
    known = case.catalog.fields(key, b"", 200) if case.catalog is not None else []
    tries = [
        Try(case.line([other if word == member else word for word in case.argv]))
        for other in alike(member, known)
    ]
    meaning = _(
        "The search is to begin at the member `{member}`, and `{key}` has none of this name."
    )
    return Card(
        _("There is no such member"),
        meaning.format(member=shown(member), key=shown(key)),
        (*tries, Try(f"ZRANGE {quote(key)} 0 -1", _("who is in it"))),
    )


def one_centre(case: Case) -> Card | None:
    """GEOSEARCH without a centre, or with two."""
    return Card(
        _("Search around what?"),
        _("Exactly one centre: `FROMMEMBER member` or `FROMLONLAT longitude latitude`."),
        (Try(f"GEOSEARCH {case.key()} FROMLONLAT 37.62 55.75 BYRADIUS 10 km"),),
    )


def one_shape(case: Case) -> Card | None:
    """GEOSEARCH without a shape, or with two."""
    return Card(
        _("Search how far?"),
        _("Exactly one shape: `BYRADIUS radius unit` or `BYBOX width height unit`."),
        (Try(f"GEOSEARCH {case.key()} FROMLONLAT 37.62 55.75 BYRADIUS 10 km"),),
    )


def any_of_how_many(case: Case) -> Card | None:
    """ANY without COUNT."""
    at = next((at for at, word in enumerate(case.argv) if word.upper() == b"ANY"), None)
    tries: tuple[Try, ...] = ()
    if at is not None:
        line = [*case.argv[:at], b"COUNT", b"10", *case.argv[at:]]
        tries = (Try(case.line(line)),)
    return Card(
        _("ANY goes with COUNT"),
        _("ANY stops as soon as COUNT places are found, be they not the nearest."),
        tries,
    )


def count_from_one(case: Case) -> Card | None:
    """COUNT 0."""
    return Card(
        _("COUNT begins at 1"),
        _("COUNT says how many to return at most; without it there is no limit."),
        help_tries(case),
    )


def store_or_show(case: Case) -> Card | None:
    """STORE with WITHDIST."""
    shows = {b"WITHDIST", b"WITHCOORD", b"WITHHASH"}
    line = [word for word in case.argv if word.upper() not in shows]
    return Card(
        _("Store or show, not both"),
        _("WITHDIST, WITHCOORD and WITHHASH belong to a reply; what is stored is a sorted set of "
          "members. STOREDIST puts the distances into its scores."),
        (Try(case.line(line)),),
    )  # fmt: skip


FAMILIES: Families = (
    (r"ERR invalid longitude,latitude pair", coordinates),
    (r"ERR value is not a valid float$", order),
    (r"ERR unsupported unit", unit),
    (r"ERR (radius|height or width) cannot be negative", negative),
    (r"ERR could not decode requested zset member", no_member),
    (r"ERR exactly one of FROMMEMBER", one_centre),
    (r"ERR exactly one of BYRADIUS", one_shape),
    (r"ERR the ANY argument", any_of_how_many),
    (r"ERR COUNT must be > 0", count_from_one),
    (r"ERR .* is not compatible with WITHDIST", store_or_show),
)
