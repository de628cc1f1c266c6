"""Films of skiplists: the way down the levels, the coins, towers linked and unlinked.

L3   H━━━━━3━━━━►●─────────6──────►nil
L2   H───1──►■─2►■───1───►■───5───►nil
"""

from __future__ import annotations

from itertools import pairwise

from tutor.diagrams.canvas import Line
from tutor.diagrams.motion.scene import Facts, Scene, named
from tutor.diagrams.paths import TowerPath
from tutor.diagrams.skiplists import draw_skiplist, score_text
from tutor.engine.recording import Step
from tutor.engine.structures.skiplist_layout import SkiplistLayout
from tutor.engine.structures.skiplist_range import LexEnd, LexRange, ScoreRange
from tutor.i18n import _, ngettext

_NOWHERE = -2


def _draw(step: Step, width: int) -> list[Line]:
    assert isinstance(step.image, SkiplistLayout)
    facts = step.facts
    marks: set[object] = {_path(step)}
    if step.kind == "skiplist.link":
        marks |= {facts["member"], "length"}
    elif step.kind == "skiplist.stay":
        marks.add(("value", facts["member"]))
    return draw_skiplist(step.image, None, width, frozenset(marks))


def _path(step: Step) -> TowerPath:
    facts = step.facts
    links = frozenset(facts["way"])
    if step.kind in ("skiplist.search", "skiplist.move", "skiplist.drop"):
        return TowerPath(links, facts["rank"], facts["level"])
    if step.kind == "skiplist.coin":
        return TowerPath(links, _NOWHERE, 0)
    return TowerPath(links, facts["at"], 0)


def _goal(facts: Facts) -> str:
    """What a search looks for, in a few words."""
    goal = facts["goal"]
    if "rank" in goal:
        return _("position %(n)d") % {"n": goal["rank"]}
    if "member" in goal:
        return f"{named(goal['member'])} ({score_text(goal['score'])})"
    return _bound(goal.get("first", goal.get("last")), first="first" in goal)


def _bound(span: ScoreRange | LexRange, first: bool) -> str:
    """The end of a range: ``≥ 200``, ``< 230``; ``-`` and ``+`` as they are written."""
    end = span.low if first else span.high
    exclusive = span.low_exclusive if first else span.high_exclusive
    if isinstance(end, LexEnd):
        return str(end.value)
    sign = (">" if exclusive else "≥") if first else ("<" if exclusive else "≤")
    return f"{sign} {named(end) if isinstance(end, bytes) else score_text(end)}"


def _level(facts: Facts) -> str:
    return f"L{facts['level'] + 1}"


def _coin(facts: Facts) -> str:
    if facts["won"]:
        words = _(
            "Coin %(n)d: %(draw).2f is under 0.25, won: the new tower grows to %(next)d levels."
        )
    else:
        words = ngettext(
            "Coin %(n)d: %(draw).2f is not under 0.25, lost: the new tower has %(n)d level.",
            "Coin %(n)d: %(draw).2f is not under 0.25, lost: the new tower has %(n)d levels.",
            facts["level"],
        )
    return words % {"n": facts["level"], "draw": facts["draw"], "next": facts["level"] + 1}


def _search(facts: Facts) -> str:
    goal = facts["goal"]
    if "rank" in goal:
        words = _(
            "Looking for %(goal)s: from the header H on the top level %(level)s, adding up spans."
        )
    elif "member" in goal:
        words = _(
            "Looking for the place of %(goal)s: from the header H, on the top level %(level)s."
        )
    elif "first" in goal:
        words = _("Looking for the first that is %(goal)s: from the header H, on %(level)s.")
    else:
        words = _("Looking for the last that is %(goal)s: from the header H, on %(level)s.")
    return words % {"goal": _goal(facts), "level": _level(facts)}


def _move(facts: Facts) -> str:
    goal = facts["goal"]
    if "rank" in goal:
        words = _("%(level)s: %(span)d more makes %(sum)d, not beyond %(goal)s: right to %(name)s.")
    elif "last" in goal:
        words = _(
            "%(level)s: %(name)s (%(score)s) is still %(goal)s: go right, "
            "rank += %(span)d, now %(sum)d."
        )
    elif "first" in goal:
        words = _(
            "%(level)s: %(name)s (%(score)s) is not yet %(goal)s: go right, "
            "rank += %(span)d, now %(sum)d."
        )
    else:
        words = _(
            "%(level)s: %(name)s (%(score)s) is still before %(goal)s: go right, "
            "rank += %(span)d, now %(sum)d."
        )
    return words % {
        "level": _level(facts),
        "name": named(facts["member"]),
        "score": score_text(facts["score"]),
        "goal": _goal(facts),
        "span": facts["span"],
        "sum": facts["rank"] + 1,
    }


def _drop(facts: Facts) -> str:
    figures = {"level": _level(facts), "goal": _goal(facts), "below": f"L{facts['level']}"}
    if facts["ahead"] is None:
        if facts["level"]:
            return _("%(level)s: to the right is nil: go down to %(below)s.") % figures
        return _("%(level)s: to the right is nil: the place is here, at the end.") % figures
    figures |= {"name": named(facts["ahead"]), "score": score_text(facts["ahead_score"])}
    if "rank" in facts["goal"]:
        return _("%(level)s: the link to %(name)s jumps beyond %(goal)s: go down.") % figures
    if "last" in facts["goal"]:
        if facts["level"]:
            return _("%(level)s: %(name)s (%(score)s) is not %(goal)s any more: go down.") % figures
        return _("%(level)s: %(name)s (%(score)s) is not %(goal)s any more: found.") % figures
    if "first" in facts["goal"]:
        if facts["level"]:
            return _("%(level)s: %(name)s (%(score)s) is %(goal)s already: go down.") % figures
        return _("%(level)s: %(name)s (%(score)s) is %(goal)s: the first, it is found.") % figures
    if facts["level"]:
        words = _("%(level)s: %(name)s (%(score)s) is not before %(goal)s: go down to %(below)s.")
        return words % figures
    words = _("%(level)s: %(name)s (%(score)s) is not before %(goal)s: the place is found.")
    return words % figures


def spans(facts: Facts) -> list[int]:
    """How far each link of the way jumped."""
    ranks = [start for start, _level in facts["way"]] + [facts["rank"]]
    return [after - before for before, after in pairwise(ranks)]


def _sum(facts: Facts, total: int) -> str:
    jumped = spans(facts)
    return f"{' + '.join(map(str, jumped))} = {total}" if len(jumped) > 1 else str(total)


def _rank(facts: Facts) -> str:
    words = _("Here is %(name)s. The spans of the way add up to its rank: %(sum)s.")
    return words % {"name": named(facts["member"]), "sum": _sum(facts, facts["at"])}


def _reached(facts: Facts) -> str:
    words = _("The spans add up to %(sum)s: that is %(name)s, rank %(rank)d. Level 1 leads on.")
    name = named(facts["member"])
    return words % {"name": name, "sum": _sum(facts, facts["at"] + 1), "rank": facts["at"]}


def _read(facts: Facts) -> str:
    figures = {
        "name": named(facts["member"]),
        "score": score_text(facts["score"]),
        "rank": facts["at"],
    }
    if facts["reverse"]:
        words = _(
            "%(name)s (%(score)s), rank %(rank)d, is given out; its backward pointer leads on."
        )
    else:
        words = _("%(name)s (%(score)s), rank %(rank)d, is given out; its link on L1 leads on.")
    return words % figures


def _link(facts: Facts) -> str:
    words = ngettext(
        "%(name)s (%(score)s) is linked in on %(n)d level at rank %(rank)d. Spans that led to its "
        "place are divided; those that pass over it grow by 1.",
        "%(name)s (%(score)s) is linked in on %(n)d levels at rank %(rank)d. Spans that led to its "
        "place are divided; those that pass over it grow by 1.",
        facts["height"],
    )
    return words % _node(facts)


def _unlink(facts: Facts) -> str:
    words = ngettext(
        "%(name)s (%(score)s) is taken out on its %(n)d level: the link that led to it will lead "
        "on, its span joined to the next; those that pass over it shrink by 1.",
        "%(name)s (%(score)s) is taken out on its %(n)d levels: links that led to it will lead on, "
        "their spans joined to the next; those that pass over it shrink by 1.",
        facts["height"],
    )
    return words % _node(facts)


def _node(facts: Facts) -> dict[str, object]:
    return {
        "name": named(facts["member"]),
        "score": score_text(facts["score"]),
        "n": facts["height"],
        "rank": facts["at"],
    }


def _stay(facts: Facts) -> str:
    words = _(
        "Between its neighbours %(name)s is in order with the new score as well: "
        "%(old)s becomes %(new)s in place, no link changes."
    )
    return words % {
        "name": named(facts["member"]),
        "old": score_text(facts["old"]),
        "new": score_text(facts["score"]),
    }


SCENES = {
    "skiplist.coin": Scene(_draw, _coin),
    "skiplist.search": Scene(_draw, _search),
    "skiplist.move": Scene(_draw, _move),
    "skiplist.drop": Scene(_draw, _drop),
    "skiplist.rank": Scene(_draw, _rank),
    "skiplist.reached": Scene(_draw, _reached),
    "skiplist.read": Scene(_draw, _read),
    "skiplist.link": Scene(_draw, _link),
    "skiplist.unlink": Scene(_draw, _unlink),
    "skiplist.stay": Scene(_draw, _stay),
}
