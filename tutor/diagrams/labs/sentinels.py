"""Those who watch the master and vote: what each thinks, whom it gave its vote.

s1 ● up          s2 ● the master is down (for me)   s3 ★ leader, epoch 3
"""

from __future__ import annotations

from tutor.diagrams.canvas import Line, Role, Run, clip_line, fill_line
from tutor.diagrams.labs.amounts import lag_time_text
from tutor.i18n import _, pgettext
from tutor.labs.replication.frame import Frame, SentinelFrame


def draw_sentinels(frame: Frame, width: int) -> list[Line]:
    """A line for each."""
    return [_sentinel(one, width) for one in frame.sentinels]


def _sentinel(one: SentinelFrame, width: int) -> Line:
    sign, role = _sign(one)
    runs: list[Run] = [*fill_line([(one.name, "title")], 4), (f"{sign} ", role)]
    runs.append((opinion_text(one), role))
    if one.alive:
        seen = _("last answer %(time)s ago") % {"time": lag_time_text(one.seen_ms)}
        runs.append((f" · {seen}", "label"))
    if one.voted_for:
        vote = _("epoch %(epoch)d: vote for %(name)s") % {
            "epoch": one.epoch,
            "name": one.voted_for,
        }
        runs.append((f" · {vote}", "key"))
    if one.leader:
        runs.append((" · " + _("leads the failover"), "changed"))
    return clip_line(runs, width)


def _sign(one: SentinelFrame) -> tuple[str, Role]:
    if not one.alive:
        return "×", "gone"
    return {"up": ("●", "pointer"), "s_down": ("○", "warning"), "o_down": ("×", "gone")}[
        one.opinion
    ]  # type: ignore[return-value]


def opinion_text(one: SentinelFrame) -> str:
    """What it thinks of the master."""
    if not one.alive:
        return pgettext("sentinel", "down itself")
    return {
        "up": pgettext("sentinel", "the master answers"),
        "s_down": pgettext("sentinel", "the master is down, as I see it"),
        "o_down": pgettext("sentinel", "the master is down, the quorum agrees"),
    }[one.opinion]
