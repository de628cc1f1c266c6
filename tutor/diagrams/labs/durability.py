"""The persistence stage drawn: under each setting the same writes, and what is left of them.

the server dies at 9.300 s: power is lost
save 2 1                             188 of 194   ■■■■■■■■■■■■■■■■■■■■■■■■■■■×  −0.2 s
appendonly yes, appendfsync always   194 of 194   ■■■■■■■■■■■■■■■■■■■■■■■■■■■■
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.diagrams.canvas import Drawing, Line, Run, clip_line, fill_line, width_of
from tutor.diagrams.labs.amounts import clock_text, lag_time_text
from tutor.i18n import _, ngettext
from tutor.labs.durability import POLICIES, Outcome

_LEAST_BAR = 10


def draw_durability(outcomes: Sequence[Outcome], width: int) -> Drawing:
    """A line for each setting, ``width`` cells wide at most."""
    first = outcomes[0]
    lines: list[Line] = [((_death_text(first), "title"),)]
    words = [POLICIES[one.policy].words for one in outcomes]
    widest = min(max(map(width_of, words)), width // 2)
    for one, text in zip(outcomes, words, strict=True):
        lines.append(_row(one, text, widest, width))
    lines.append((("■ ", "payload"), (_("acknowledged and there"), "label"), ("   × ", "gone"),
                  (_("acknowledged and gone"), "label")))  # fmt: skip
    clipped = tuple(clip_line(line, width) for line in lines)
    return Drawing(clipped, "\n".join([_death_text(first) + ".", *map(_sentence, outcomes)]))


def _death_text(one: Outcome) -> str:
    how = {
        "crash": _("the process is killed (kill -9)"),
        "power-cut": _("the power is lost"),
    }[one.death]
    return _("The server dies at %(time)s s: %(how)s") % {"time": clock_text(one.at), "how": how}


def _row(one: Outcome, words: str, widest: int, width: int) -> Line:
    count = _("%(there)d of %(all)d") % {
        "there": one.acknowledged - one.lost,
        "all": one.acknowledged,
    }
    head: list[Run] = [*fill_line([(words, "key")], widest), ("  ", "text")]
    head += fill_line([(count, "header")], 12)
    tail = f"  −{lag_time_text(one.oldest_loss / 1000)}" if one.lost else ""
    cells = max(width - widest - 14 - 9, _LEAST_BAR)
    bar: list[Run] = []
    for at in range(cells):
        part = one.writes[at * one.acknowledged // cells : (at + 1) * one.acknowledged // cells]
        gone = any(not there for _time, there in part)
        sign: Run = ("×", "gone") if gone else ("■", "payload") if part else (" ", "text")
        if bar and bar[-1][1] == sign[1]:
            bar[-1] = (bar[-1][0] + sign[0], sign[1])
        else:
            bar.append(sign)
    return (*head, *bar, (tail, "gone"))


def _sentence(one: Outcome) -> str:
    words = POLICIES[one.policy].words
    lost = ngettext("%(n)d write is gone", "%(n)d writes are gone", one.lost) % {"n": one.lost}
    return _("%(words)s: %(lost)s of %(all)d acknowledged.") % {
        "words": words, "lost": lost, "all": one.acknowledged,
    }  # fmt: skip
