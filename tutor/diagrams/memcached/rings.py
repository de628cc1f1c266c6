"""Sharding by the client: the ring of ketama, keys on it, and what each rule does with them.

0 ►AAABBBCCABBCCCAAABBC      modulo      ketama       rendezvous
   A  1                 A    moved       moved        moved
   C                 2  C    2 000       612          489
   BBCCAABBCCAABBCCAABBCC
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from tutor.diagrams.amounts import percent_text
from tutor.diagrams.canvas import (
    MARK,
    Line,
    Role,
    Run,
    clip,
    clip_line,
    fill_line,
    wrapped,
)
from tutor.diagrams.labs.amounts import grouped
from tutor.diagrams.payload import shown
from tutor.diagrams.tables import Column, table
from tutor.i18n import _, ngettext
from tutor.labs.rivals.shards import Shards
from tutor.memcached.sharding import CIRCLE, POINTS, RULES, Moved, Ring, RuleName, md5_32

_LETTERS = "ABCDEFGHIJ"
_ROLES: tuple[Role, ...] = ("header", "payload", "pointer", "path", "key", "title")
_WIDEST, _HEIGHT = 44, 13
_BESIDE, _LEAST = 47, 34
"""Cells that servers and keys need to stand beside the ring, and the ring then."""

_KEY = 16
_NUMBERED = 9
"""Keys that are drawn on the ring: a digit for each."""


@dataclass(frozen=True, slots=True)
class RingFigures:
    """Servers with their letters for good, the ring of those that there are, some keys by name
    with the server of each under every rule before and now, and what the last change moved."""

    servers: Sequence[str]
    names: Mapping[str, str]  # the letter of each server
    ring: Ring
    keys: Sequence[bytes]
    before: Mapping[RuleName, Sequence[str]]
    now: Mapping[RuleName, Sequence[str]]
    moved: Mapping[RuleName, Moved]
    chosen: str = ""
    change: str = ""  # "joined", "left" or "" before there was any
    changed: str = ""  # the server that joined or left


def ring_figures(shards: Shards, chosen: str = "") -> RingFigures:
    """A moment of the lab; ``chosen`` is a server to point at."""
    change = shards.change
    return RingFigures(
        servers=shards.servers,
        names=shards.letters,
        ring=shards.ring,
        keys=shards.keys,
        before={rule: shards.placed(rule, shards.before) for rule in RULES},
        now={rule: shards.placed(rule, shards.servers) for rule in RULES},
        moved=shards.moved(),
        chosen=chosen,
        change=change.kind if change else "",
        changed=change.server if change else "",
    )


def role_of(letter: str) -> Role:
    """The colour of a server; its letter always stands there as well."""
    return _ROLES[_LETTERS.index(letter) % len(_ROLES)] if letter in _LETTERS else "text"


def draw_ring(layout: RingFigures, width: int) -> list[Line]:
    """The figures, the ring, its servers and some keys: beside it where there is room."""
    lines = [clip_line([(_heading(layout), "title")], width), (), *_rules(layout, width), ()]
    wide = width >= _BESIDE + _LEAST + 7
    cells = min(_WIDEST, width - _BESIDE - 7 if wide else width - 4)
    drawn = _circle(layout, cells) if cells >= 16 else []
    if wide:
        room = width - cells - 7
        beside = [*_servers(layout, room), (), *_keys(layout, room)]
        lines += _joined(drawn, beside, cells + 6)
    else:
        lines += [*drawn, (), *_servers(layout, width), (), *_keys(layout, width)]
    return [*lines, (), *wrapped(_note(layout), width)]


def _joined(left: Sequence[Line], right: Sequence[Line], at: int) -> list[Line]:
    rows = max(len(left), len(right))
    blank: Line = ()
    pairs = zip([*left, *[blank] * (rows - len(left))], [*right, *[blank] * (rows - len(right))],
                strict=True)  # fmt: skip
    return [(*fill_line(one, at), (" ", "text"), *two) if two else one for one, two in pairs]


def _heading(layout: RingFigures) -> str:
    servers = ngettext("%(n)d server", "%(n)d servers", len(layout.servers))
    text = servers % {"n": len(layout.servers)}
    if not layout.change:
        return text + " · " + _("nothing has changed yet")
    words = _("%(letter)s has joined") if layout.change == "joined" else _("%(letter)s has left")
    return f"{text} · " + words % {"letter": layout.names[layout.changed]}


# the circle


def _circle(layout: RingFigures, cells: int) -> list[Line]:
    """A closed band of letters; inside it the keys, each beside its place."""
    height = max(min(_HEIGHT, cells // 3), 5)
    band = _band(cells, height)
    letters = {
        spot: layout.names[layout.ring.owner(number * CIRCLE // len(band))]
        for number, spot in enumerate(band)
    }
    for key in layout.keys[
        :_NUMBERED
    ]:  # a cell stands for several points: a key's is the right one
        place = md5_32(key)
        letters[band[place * len(band) // CIRCLE]] = layout.names[layout.ring.owner(place)]
    inner = _inner(layout, band, cells, height)
    lines: list[Line] = []
    for y in range(height):
        runs: list[Run] = [("0 ► " if y == 0 else "    ", "label")]
        signs = [letters.get((x, y)) for x in range(cells)]
        for x, sign in enumerate(signs):
            if sign is not None:
                runs.append((sign, role_of(sign)))
            else:
                runs.append(inner.get((x, y), (" ", "text")))
        lines.append(_merged(runs))
    return lines


def _band(cells: int, height: int) -> list[tuple[int, int]]:
    """The places of the band, clockwise from the upper left corner."""
    top = [(x, 0) for x in range(cells)]
    right = [(cells - 1, y) for y in range(1, height)]
    bottom = [(x, height - 1) for x in range(cells - 2, -1, -1)]
    left = [(0, y) for y in range(height - 2, 0, -1)]
    return [*top, *right, *bottom, *left]


def _inner(
    layout: RingFigures, band: Sequence[tuple[int, int]], cells: int, height: int
) -> dict[tuple[int, int], Run]:
    """Keys by their numbers just inside the band, where they lie on the circle."""
    found: dict[tuple[int, int], Run] = {}
    for number, key in enumerate(layout.keys[:_NUMBERED], 1):
        x, y = band[md5_32(key) * len(band) // CIRCLE]
        spot = min(max(x, 1), cells - 2), min(max(y, 1), height - 2)
        while spot in found and spot[0] < cells - 2:
            spot = spot[0] + 1, spot[1]
        moved = bool(layout.change) and _has_moved(layout, "ketama", number - 1)
        found[spot] = (str(number), "changed" if moved else "title")
    return found


def _merged(runs: Sequence[Run]) -> Line:
    merged = groupby(runs, lambda run: run[1])
    return tuple(("".join(text for text, _role in some), role) for role, some in merged)


# the figures


def _servers(layout: RingFigures, width: int) -> list[Line]:
    """Letters, names, shares of the circle."""
    shares = layout.ring.shares()
    rows: list[Line] = []
    for server in layout.servers:
        letter = layout.names[server]
        here = server == layout.chosen
        new = layout.change == "joined" and server == layout.changed
        row: list[Run] = [("►" if here else " ", "path"), (MARK if new else " ", "changed")]
        share = percent_text(round(shares.get(server, 0) * 1000), 1000)
        row += [
            (letter, role_of(letter)),
            (f" {server} ", "title" if here else "text"),
            (_("%(share)s of the circle") % {"share": share}, "label"),
        ]
        rows.append(clip_line(row, width))
    return rows


def _rules(layout: RingFigures, width: int) -> list[Line]:
    """For each rule: how many keys another server gets now, and how many keys each has."""
    rows = list(layout.moved.items())
    moved: list[Line] = [
        ((grouped(len(one.moves)), "changed" if one.moves else "text"),
         (f" {percent_text(len(one.moves), one.keys)}", "label"))
        for _rule, one in rows
    ]  # fmt: skip
    needless: list[Line] = [
        ((grouped(one.unforced), "gone" if one.unforced else "text"),) for _rule, one in rows
    ]
    columns = [
        Column(_("rule"), [((rule, "header"),) for rule, _one in rows]),
        Column(_("moved"), moved),
        Column(_("needlessly"), needless),
        Column(_("keys on each server"), [_counts(layout, one) for _rule, one in rows], gives=True),
    ]
    return table(columns, width)


def _counts(layout: RingFigures, moved: Moved) -> Line:
    runs: list[Run] = []
    for server in layout.servers:
        letter = layout.names[server]
        runs += [(letter, role_of(letter)), (f" {grouped(moved.after.get(server, 0))}  ", "text")]
    return tuple(runs)


def _keys(layout: RingFigures, width: int) -> list[Line]:
    """Some keys by name, and where each rule puts them."""
    columns = [Column(_("key"), [
        ((f"{number} ", "title"), (clip(shown(key, 60), _KEY), "key"))
        for number, key in enumerate(layout.keys, 1)
    ])]  # fmt: skip
    for rule in layout.now:
        cells = [_placed(layout, rule, at) for at in range(len(layout.keys))]
        columns.append(Column(rule, cells, gives=True))
    return table(columns, width)


def _placed(layout: RingFigures, rule: RuleName, at: int) -> Line:
    now = layout.names[layout.now[rule][at]]
    if not _has_moved(layout, rule, at):
        return ((now, role_of(now)),)
    before = layout.names[layout.before[rule][at]]
    return ((MARK, "changed"), (before, role_of(before)), (" → ", "frame"), (now, role_of(now)))


def _has_moved(layout: RingFigures, rule: RuleName, at: int) -> bool:
    return layout.before[rule][at] != layout.now[rule][at]


def _note(layout: RingFigures) -> str:
    total = next(iter(layout.moved.values())).keys
    keys = ngettext("%(n)s key", "%(n)s keys", total) % {"n": grouped(total)}
    return _(
        "The circle is ketama's: %(points)d points of each server, a key belongs to the next point "
        "clockwise. Counted over %(keys)s. A key that moves is a miss; needlessly: between servers "
        "that were there before and after."
    ) % {"keys": keys, "points": POINTS}


def describe_ring(layout: RingFigures) -> list[str]:
    """The same facts as sentences."""
    lines = [_heading(layout) + "."]
    shares = layout.ring.shares()
    for server in layout.servers:
        share = percent_text(round(shares.get(server, 0) * 1000), 1000)
        words = _("Server %(letter)s, %(server)s: %(share)s of the circle.")
        lines.append(words % {"letter": layout.names[server], "server": server, "share": share})
    for rule, one in layout.moved.items():
        words = _("%(rule)s: %(moved)s of %(all)s keys moved, %(needless)s of them needlessly; "
                  "now %(counts)s.")  # fmt: skip
        counts = ", ".join(
            f"{layout.names[server]} {one.after.get(server, 0)}" for server in layout.servers
        )
        lines.append(words % {
            "rule": rule, "moved": len(one.moves), "all": one.keys, "needless": one.unforced,
            "counts": counts,
        })  # fmt: skip
    for at, key in enumerate(layout.keys):
        places = ", ".join(
            f"{rule} {''.join(text for text, _role in _placed(layout, rule, at))}"
            for rule in layout.now
        )
        lines.append(_("Key %(key)s: %(places)s.") % {"key": shown(key, 60), "places": places})
    return [*lines, _note(layout)]
