"""A link between two nodes, with what is under way on it.

80 ms ± 20
━━━━━●━━━━━━━━●●━━━━━━━━━━►   1.2 KB under way
×××× cut for 3.3 s ××××××××   8.1 KB wait
"""

from __future__ import annotations

from tutor.diagrams.amounts import size_text
from tutor.diagrams.canvas import Line, Role, Run, clip, fill_line, width_of
from tutor.diagrams.labs.amounts import lag_time_text, wire_text
from tutor.i18n import _
from tutor.labs.replication.frame import LinkFrame

PACKET, BACK = "●", "•"


def draw_wire(
    link: LinkFrame, towards_second: bool, now: int, width: int, source: str = ""
) -> list[Line]:
    """Three lines of exactly ``width`` cells: how the link is set, the wire, what is on it.

    ``source`` says where it comes from, where that is not the server at the left.
    """
    settings = wire_text(link.delay_ms, link.jitter_ms, link.bandwidth, link.loss)
    if source:
        settings = f"{source} · {settings}"
    top: Line = ((_centred(settings, width), "label"),)
    return [top, _wire(link, towards_second, now, width), _load(link, width)]


def _wire(link: LinkFrame, towards_second: bool, now: int, width: int) -> Line:
    """The wire as the replica's side sees it: from its master at the left to itself."""
    if link.cut_since is not None:
        since = lag_time_text((now - link.cut_since) / 1000)
        words = " " + _("cut for %(time)s") % {"time": since} + " "
        if width_of(words) + 4 > width:
            words = ""
        left = (width - width_of(words)) // 2
        text = "×" * left + words + "×" * (width - left - width_of(words))
        return ((text, "gone"),)
    cells = ["━"] * (width - 1)
    roles: list[Role] = ["pointer"] * (width - 1)
    for packet in link.packets:
        forward = packet.forward == towards_second
        at = round((packet.place if forward else 1 - packet.place) * (width - 2))
        if cells[at] == "━" or forward:
            cells[at] = PACKET if forward else BACK
            roles[at] = "payload" if forward else "label"
    runs: list[Run] = []
    for sign, role in zip(cells, roles, strict=True):
        if runs and runs[-1][1] == role:
            runs[-1] = (runs[-1][0] + sign, runs[-1][1])
        else:
            runs.append((sign, role))
    return (*runs, ("►", "pointer"))


def _load(link: LinkFrame, width: int) -> Line:
    words: list[str] = []
    if link.in_flight:
        words.append(_("%(size)s under way") % {"size": size_text(link.in_flight)})
    if link.waiting:
        words.append(_("%(size)s wait") % {"size": size_text(link.waiting)})
    role: Role = "gone" if link.cut_since is not None else "payload"
    if not words:
        return ((" " * width, "text"),)
    return fill_line([(_centred(" · ".join(words), width), role)], width)


def no_wire(words: str, width: int) -> list[Line]:
    """Where a node has no master to be linked to."""
    blank: Line = ((" " * width, "text"),)
    return [blank, ((_centred(words, width), "label"),), blank]


def _centred(text: str, width: int) -> str:
    text = clip(text, width)
    left = (width - width_of(text)) // 2
    return " " * left + text + " " * (width - left - width_of(text))
