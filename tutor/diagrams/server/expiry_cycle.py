"""Active expiry at work: the table of expiry times, the cursor that walks over it, what it found.

TTLs of db0: 5 of 9 keys, in 8 buckets
 ■·■■·■·■
   ▲ bucket 2 is next
last cycle: 5 keys looked at, 1 dead
 1  20 looked at   █████░░░░░ 4 dead = 20 % > 10 %   again
 2   3 looked at   ░░░░░░░░░░ 0 dead = 0 % ≤ 10 %    enough
"""

from __future__ import annotations

from tutor.diagrams.amounts import time_text
from tutor.diagrams.canvas import (
    Line,
    Role,
    Run,
    clip,
    clip_line,
    gauge,
    omitted,
    pad,
    width_of,
    wrapped,
)
from tutor.diagrams.payload import shown
from tutor.diagrams.sentences import as_sentence
from tutor.engine.expiry_watch import ExpiryCycle, ExpiryFigures, ExpiryRound
from tutor.i18n import _, ngettext, pgettext

_BAR = 10
_ROUNDS = 6
_KEYS = 12
_SHADES = "░▒▓█"


def draw_expiry(figures: ExpiryFigures, width: int) -> list[Line]:
    """Table and cursor, the rule, the last cycle, the last in which keys died."""
    lines = wrapped(_table_text(figures), width, "title")
    lines += _strip(figures, width)
    lines += [(), *_rule(figures, width)]
    shown_cycles: list[ExpiryCycle] = []
    for cycle in (figures.deadly, figures.last):
        if cycle is not None and cycle not in shown_cycles:
            shown_cycles.append(cycle)
            lines += [(), *_cycle(figures, cycle, width)]
    if figures.last is None or figures.asleep:
        lines += [(), *wrapped(_silence(figures), width)]
    return lines


def _table_text(figures: ExpiryFigures) -> str:
    keys = ngettext("%(n)d key", "%(n)d keys", figures.keys) % {"n": figures.keys}
    buckets = ngettext("%(n)d bucket", "%(n)d buckets", figures.slots) % {"n": figures.slots}
    return _("TTLs of db%(db)d: %(expiring)d of %(keys)s, in %(buckets)s") % {
        "db": figures.db,
        "expiring": figures.expiring,
        "keys": keys,
        "buckets": buckets,
    }


# the table and its cursor


def _strip(figures: ExpiryFigures, width: int) -> list[Line]:
    """Buckets as signs, a pointer under the one that is next, and what lies in the next ones."""
    buckets = figures.buckets
    if not buckets:
        return []
    room = max(width - 6, 1)
    at = next((n for n, one in enumerate(buckets) if one.number == figures.cursor), 0)
    start = max(min(at - room // 2, len(buckets) - room), 0)
    part = buckets[start : start + room]
    runs: list[Run] = [("…" if part[0].number else " ", "label")]
    for bucket in part:
        dead = any(left < 0 for _key, left in bucket.keys)
        sign, role = _SIGNS[bool(bucket.keys), dead]
        runs.append((sign, role))
    if part[-1].number < figures.slots - 1:
        runs.append(("…", "label"))
    lines: list[Line] = [tuple(runs), clip_line(_pointer(figures, at - start, width), width)]
    legend = _("■ keys with a TTL   × dead, not removed yet   · empty")
    return [*lines, *wrapped(legend, width)]


def _pointer(figures: ExpiryFigures, at: int, width: int) -> list[Run]:
    """What stands under the buckets: a line under those just looked at, a pointer to the next."""
    rounds = figures.last.rounds if figures.last is not None and not figures.rehearsed else ()
    looked_at = [key.bucket for one in rounds if one.db == figures.db for key in one.keys]
    begun = looked_at[0] if looked_at else figures.cursor
    walked = min(max(figures.cursor - begun, 0), at)
    under = " " * (at - walked + 1) + "─" * walked
    words = _("bucket %(n)d is next") % {"n": figures.cursor}
    if len(under) + len(words) + 2 <= width:
        return [(f"{under}▲ {words}", "pointer")]
    before = max(len(under) - len(words) - 1, 0)
    return [(" " * before + words + " ▲", "pointer")]


_SIGNS: dict[tuple[bool, bool], Run] = {
    (True, False): ("■", "payload"),
    (True, True): ("×", "warning"),
    (False, False): ("·", "label"),
}


# the rule


def rule_text(figures: ExpiryFigures) -> str:
    """How much a cycle looks at, and when it looks again."""
    return _(
        "%(hz)d times a second: from the cursor on about %(keys)d keys of each database; if more "
        "than %(percent)d %% of them were dead, again at once; at most %(share)d %% of the time."
    ) % {
        "hz": figures.hz,
        "keys": figures.per_round,
        "percent": figures.acceptable,
        "share": figures.budget_percent,
    }


def _rule(figures: ExpiryFigures, width: int) -> list[Line]:
    lines = wrapped(rule_text(figures), width) + wrapped(_stale_text(figures), width)
    if figures.history:
        role: Role = "warning" if _deaths(figures) else "label"
        words = _("dead in the last cycles:") + " "
        lines.append(clip_line([(words, "label"), (_history(figures), role)], width))
    return lines


def _stale_text(figures: ExpiryFigures) -> str:
    return _("dead and still there: about %(percent)s %% · expired so far: %(n)d") % {
        "percent": f"{figures.stale_percent:.1f}",
        "n": figures.expired_keys,
    }


def _deaths(figures: ExpiryFigures) -> bool:
    return any(expired for _sampled, expired in figures.history)


def _history(figures: ExpiryFigures) -> str:
    """The share of dead keys in each of the last cycles, as a row of shades."""
    return "".join(
        _SHADES[min(expired * len(_SHADES) // max(sampled, 1), len(_SHADES) - 1)]
        if expired
        else "·"
        for sampled, expired in figures.history[-20:]
    )


def _silence(figures: ExpiryFigures) -> str:
    """Why there is no cycle to show."""
    if figures.asleep:
        return _("The cycle is switched off (DEBUG SET-ACTIVE-EXPIRE 0): keys die when read.")
    if not figures.expiring:
        return _("No key here has a TTL: a cycle finds nothing to look at. Try SET key value EX 5")
    return _("No cycle was watched yet.")


# a cycle


def _cycle_text(figures: ExpiryFigures, cycle: ExpiryCycle) -> str:
    ago = time_text(figures.now_ms - cycle.at_ms)
    sampled = ngettext("%(n)d key looked at", "%(n)d keys looked at", cycle.sampled)
    dead = ngettext("%(n)d dead", "%(n)d dead", cycle.expired) % {"n": cycle.expired}
    if figures.rehearsed:
        words = _("the next cycle, carried out on a copy: %(sampled)s, %(dead)s")
    elif cycle.expired:
        words = _("last cycle in which keys died, %(ago)s ago: %(sampled)s, %(dead)s")
    else:
        words = _("last cycle, %(ago)s ago: %(sampled)s, %(dead)s")
    return words % {"ago": ago, "sampled": sampled % {"n": cycle.sampled}, "dead": dead}


def _cycle(figures: ExpiryFigures, cycle: ExpiryCycle, width: int) -> list[Line]:
    lines = wrapped(_cycle_text(figures, cycle), width, "title")
    rounds = cycle.rounds[:_ROUNDS]
    for number, one in enumerate(rounds, 1):
        lines.append(clip_line(_round(cycle, one, number, width), width))
    left_out = len(cycle.rounds) - len(rounds)
    if left_out:
        lines.append(omitted(_more_rounds(left_out), width))
    lines += _keys(cycle, width)
    if cycle.cut_short:
        lines += wrapped(_("It ran out of its budget: the next cycle goes on."), width, "warning")
    return lines


def _more_rounds(rounds: int) -> str:
    return ngettext("%(n)d more round", "%(n)d more rounds", rounds) % {"n": rounds}


def verdict(cycle: ExpiryCycle, one: ExpiryRound) -> str:
    """What followed from a round."""
    if not one.again:
        return (
            pgettext("expiry", "out of budget")
            if one.percent > one.acceptable
            else pgettext("expiry", "enough")
        )
    last = max(n for n, each in enumerate(cycle.rounds) if each.db == one.db)
    return (
        pgettext("expiry", "again")
        if cycle.rounds[last] is not one
        else pgettext("expiry", "no TTL is left")
    )


def _share(one: ExpiryRound) -> str:
    if not one.sampled:
        return _("only empty buckets")
    return _("%(dead)d of %(sampled)d dead: %(percent)d %%") % {
        "dead": one.expired,
        "sampled": one.sampled,
        "percent": one.percent,
    }


def _round(cycle: ExpiryCycle, one: ExpiryRound, number: int, width: int) -> list[Run]:
    over = one.percent > one.acceptable
    role: Role = "warning" if over else "label"
    comparison = f" {'>' if over else '≤'} {one.acceptable} %" if one.sampled else ""
    wide = width >= 60
    bar = gauge(one.expired, max(one.sampled, 1), _BAR) if wide else ()
    return [
        (f" {number} db{one.db} " if wide else f" {number}", "label"),
        *bar,
        (" " + (_share(one) if wide else _short_share(one)) + comparison, role),
        (" → ", "pointer"),
        (verdict(cycle, one), "text"),
    ]


def _short_share(one: ExpiryRound) -> str:
    if not one.sampled:
        return _("only empty buckets")
    return f"{one.expired}/{one.sampled} = {one.percent} %"


def _keys(cycle: ExpiryCycle, width: int) -> list[Line]:
    """The first keys of the first round: where they lay, and which were dead."""
    first = cycle.rounds[0]
    keys = first.keys[:_KEYS]
    places = [_("bucket %(n)d") % {"n": key.bucket} for key in keys]
    column = max(map(width_of, places), default=0)
    room = max(width - column - 16, 6)
    names = [clip(shown(key.key, 200), room) for key in keys]
    room = max(map(width_of, names), default=0)
    lines: list[Line] = []
    for key, place, name in zip(keys, places, names, strict=True):
        state: Run = (pgettext("expiry", "lives"), "label")
        if key.expired:
            state = (_("× removed"), "warning")
        runs: list[Run] = [("   " + pad(place, column) + "  ", "label"), (name, "key")]
        runs += [(" " * (room - width_of(name) + 2), "text"), state]
        lines.append(clip_line(runs, width))
    if first.sampled > _KEYS:
        rest = first.sampled - _KEYS
        more = ngettext("%(n)d more key", "%(n)d more keys", rest) % {"n": rest}
        lines.append(omitted(more, width))
    return lines


# in words


def describe_expiry(figures: ExpiryFigures) -> list[str]:
    """The same facts as sentences."""
    lines = [_table_text(figures) + ".", rule_text(figures), as_sentence(_stale_text(figures))]
    if figures.buckets:
        lines.append(_("The cursor stands at bucket %(n)d.") % {"n": figures.cursor})
        dead = [shown(key) for one in figures.buckets for key, left in one.keys if left < 0]
        if dead:
            lines.append(_("Dead and not removed yet: %(keys)s.") % {"keys": ", ".join(dead)})
    if figures.last is None or figures.asleep:
        lines.append(_silence(figures))
    if figures.last is None:
        return lines
    cycles = [figures.deadly, figures.last] if figures.deadly != figures.last else [figures.last]
    for cycle in cycles:
        if cycle is not None:
            lines += _cycle_sentences(figures, cycle)
    return lines


def _cycle_sentences(figures: ExpiryFigures, cycle: ExpiryCycle) -> list[str]:
    lines = [as_sentence(_cycle_text(figures, cycle))]
    for number, one in enumerate(cycle.rounds[:_ROUNDS], 1):
        words = _("Round %(n)d, database %(db)d: %(share)s (limit %(limit)d %%), %(verdict)s.")
        lines.append(
            words
            % {
                "n": number,
                "db": one.db,
                "share": _share(one),
                "limit": one.acceptable,
                "verdict": verdict(cycle, one),
            }
        )
    removed = [shown(key.key) for one in cycle.rounds for key in one.keys if key.expired]
    if removed:
        names = ", ".join(removed[:_KEYS]) + ("…" if len(removed) > _KEYS else "")
        lines.append(_("Removed: %(keys)s.") % {"keys": names})
    return lines
