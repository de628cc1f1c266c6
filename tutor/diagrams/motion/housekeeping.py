"""Films of eviction and of active expiry: which keys are looked at, which go, and why."""

from __future__ import annotations

from tutor.diagrams.canvas import Line, Run, clip_line, pad, wrapped
from tutor.diagrams.hashtables import draw_hashtable
from tutor.diagrams.motion.scene import Facts, Scene, named
from tutor.diagrams.paths import HERE, ChainPath
from tutor.engine.image import TableFigures
from tutor.engine.memory.lfu import MOST
from tutor.engine.recording import PoolImage, Step
from tutor.engine.structures.hashtable_layout import HashTableLayout
from tutor.i18n import _, ngettext

# eviction


def _draw_pool(step: Step, width: int) -> list[Line]:
    """The pool from the next victim down; the sampled key marked."""
    assert isinstance(step.image, PoolImage)
    title = _("the pool, the next to go on top (%(policy)s)") % {"policy": step.image.policy}
    lines: list[Line] = [clip_line([(title, "title")], width)]
    for score, _db, key in reversed(step.image.pool):
        here = key == step.facts["key"]
        sign: Run = (HERE + " ", "path") if here else ("  ", "text")
        reading = _reading(step.image.policy, score)
        runs: list[Run] = [sign, (pad(named(key), 24), "key"), (f"  {reading}", "label")]
        lines.append(clip_line(runs, width))
    if not step.image.pool:
        lines += wrapped("  " + _("empty"), width)
    return lines


def _reading(policy: str, score: int) -> str:
    """What a score says of a key."""
    if policy.endswith("lfu"):
        return _("counter of uses %(n)d") % {"n": MOST - score}
    if policy == "volatile-ttl":
        return _("the sooner it dies the sooner it goes")
    if policy.endswith("random"):
        return _("chance alone decides")
    return _("idle for %(n)d s") % {"n": score // 1000}


def _sample(facts: Facts) -> str:
    figures = {"key": named(facts["key"]), "why": _reading(facts["policy"], facts["score"])}
    if facts["pooled"]:
        return _("Memory is over the limit. %(key)s is sampled (%(why)s): into the pool.") % figures
    words = _(
        "Memory is over the limit. %(key)s is sampled (%(why)s): the pool is full of better ones."
    )
    return words % figures


def _evict(facts: Facts) -> str:
    figures = {"key": named(facts["key"]), "why": _reading(facts["policy"], facts["score"])}
    return _("%(key)s is evicted: of the pool it was the best victim (%(why)s).") % figures


# expiry


def _draw_expires(step: Step, width: int) -> list[Line]:
    """The table of expiry times around the bucket that is looked at."""
    assert isinstance(step.image, (HashTableLayout, TableFigures))
    marks: set[object] = set()
    if "bucket" in step.facts:
        marks.add(ChainPath(0, step.facts["bucket"], 1))
    return draw_hashtable(step.image, width, frozenset(marks))


def _look(facts: Facts) -> str:
    figures = {"key": named(facts["key"]), "slot": facts["bucket"]}
    if facts["expired"]:
        return _("Slot %(slot)d of the expiry times: %(key)s is dead and is removed now.") % figures
    return _("Slot %(slot)d of the expiry times: %(key)s lives on.") % figures


def _round(facts: Facts) -> str:
    figures = {**facts, "n": facts["sampled"]}
    said = ngettext(
        "Of %(n)d key %(expired)d was dead: %(percent)d %%.",
        "Of %(n)d keys %(expired)d were dead: %(percent)d %%.",
        facts["sampled"],
    )
    if facts["again"]:
        rule = _("That is over %(acceptable)d %%: this database is looked at again at once.")
    else:
        rule = _("That is not over %(acceptable)d %%: enough for this time.")
    return f"{said % figures} {rule % figures}"


def _over(facts: Facts) -> str:
    words = ngettext(
        "The cycle is over: it has looked at %(n)d key and removed %(expired)d.",
        "The cycle is over: it has looked at %(n)d keys and removed %(expired)d.",
        facts["sampled"],
    ) % {"n": facts["sampled"], **facts}
    if facts["cut_short"]:
        rest = _("Its time was up: it goes on in the next turn.")
        return f"{words} {rest}"
    return words


SCENES = {
    "eviction.sample": Scene(_draw_pool, _sample),
    "eviction.evict": Scene(_draw_pool, _evict),
    "expiry.look": Scene(_draw_expires, _look),
    "expiry.round": Scene(_draw_expires, _round),
    "expiry.over": Scene(lambda step, width: [], _over),
}
