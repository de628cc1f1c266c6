"""One setting in detail: each attack with the reply that decided it, the server, the wire."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.diagrams.canvas import (
    Line,
    Role,
    Run,
    clip,
    clip_line,
    fill_line,
    pad,
    width_of,
    wrapped,
)
from tutor.diagrams.labs.amounts import clock_text
from tutor.diagrams.labs.security_lanes import attack_sign
from tutor.diagrams.labs.security_words import attack_about, attack_text, setting_about
from tutor.i18n import _, pgettext
from tutor.labs.security.frame import AttackFrame, ExchangeFrame, LaneFrame, SecurityFrame

_ROLES: dict[str, Role] = {"attacker": "gone", "app": "key", "admin": "pointer"}
_WIDE = 92
"""From so many cells on it is said what an attacker is after."""


def draw_lane(frame: SecurityFrame, chosen: int, width: int, height: int) -> list[Line]:
    """What there is room for: the attacks first."""
    lane = frame.lanes[chosen]
    lines = wrapped(setting_about(frame.experiment, lane.setting), width)
    if height < len(lines) + 4:
        lines = []
    gap: list[Line] = [()] if height > 26 else []
    facts = [*app_rows(lane, width), *_server_rows(lane, width)]
    room = height - len(lines) - min(len(facts), 3)
    lines += [*gap, *attack_rows(lane.attacks, width, max(room, 1))]
    left = height - len(lines)
    lines += [*gap, *facts][: max(left, 0)]
    left = height - len(lines)
    if left >= 3:
        title: Line = ((_("last commands"), "label"),)
        lines += [*gap, title, *wire_rows(lane.wire, width, left - 1 - len(gap))]
    return lines[:height]


def attack_rows(attacks: Sequence[AttackFrame], width: int, most: int) -> list[Line]:
    """An attack a row; where there is no room for all, those that were tried last."""
    shown = set(sorted(range(len(attacks)), key=lambda at: -attacks[at].time)[:most])
    names = max(width_of(attack_text(one.name)) for one in attacks)
    lines: list[Line] = []
    for at, attack in enumerate(attacks):
        if at not in shown:
            continue
        head: list[Run] = [
            (f"{at + 1:>2} ", "label"),
            (pad(attack_text(attack.name), names), "text"),
        ]
        head += [(" ", "text"), attack_sign(attack), (" ", "text")]
        lines.append(clip_line([*head, *_exchange(attack, width - names - 6)], width))
    return lines


def _exchange(attack: AttackFrame, room: int) -> list[Run]:
    if not attack.outcome:
        return [(attack_about(attack.name), "label")]
    if attack.now:
        return [(clip(_("it is tried again …"), room), "label")]
    line = clip(attack.line, max(room * 2 // 5, 8))
    role: Role = "warning" if attack.outcome == "through" else "header"
    left = max(room - width_of(line) - 3, 4)
    return [(line, "text"), (" → ", "frame"), (clip(attack.reply, left), role)]


def app_rows(lane: LaneFrame, width: int) -> list[Line]:
    """How the application fares."""
    words = _("served %(served)d · refused %(refused)d · nothing found %(empty)d · waits "
              "%(waiting)d") % {
        "served": lane.served, "refused": lane.refused, "empty": lane.empty,
        "waiting": lane.waiting,
    }  # fmt: skip
    head: list[Run] = [(_("application") + "  ", "label"), (words, "header")]
    if lane.app_error:
        head += [("  ", "text"), (lane.app_error, "warning")]
    return [clip_line(head, width)]


def _server_rows(lane: LaneFrame, width: int) -> list[Line]:
    """What redis.conf would say, the state of the data, files, connections."""
    role = pgettext("role", "replica") if lane.role == "replica" else pgettext("role", "master")
    state = _("%(role)s · keys %(keys)d · missing %(missing)d · foreign %(foreign)d · lost so far "
              "%(lost)d") % {
        "role": role, "keys": lane.keys, "missing": lane.missing, "foreign": lane.foreign,
        "lost": lane.lost,
    }  # fmt: skip
    bad: Role = "warning" if lane.missing or lane.foreign or lane.role == "replica" else "header"
    rows: list[Line] = [clip_line([(_("server") + "  ", "label"), (state, bad)], width)]
    if not lane.up:
        rows = [clip_line([(_("the server is down"), "warning")], width)]
    elif lane.busy:
        words = _("a script runs and runs: nobody else is served")
        rows.append(clip_line([(words, "warning")], width))
    for file in lane.files:
        words = _("%(path)s, %(size)d B: … %(text)s …") % {
            "path": file.path, "size": file.size, "text": file.text,
        }  # fmt: skip
        rows.append(clip_line([("+ ", "changed"), (words, "warning")], width))
    rows += [clip_line([("  ", "text"), (line, "text")], width) for line in lane.conf]
    who = [f"{one.who} {one.address} {one.user or '–'}" for one in lane.clients]
    if who:
        rows.append(clip_line([(_("connected") + "  ", "label"), (" · ".join(who), "text")], width))
    return rows


def wire_rows(wire: Sequence[ExchangeFrame], width: int, most: int) -> list[Line]:
    """The last commands of all three, newest last."""
    lines: list[Line] = []
    for one in wire[-most:] if most > 0 else ():
        head: list[Run] = [(f"{clock_text(one.time):>8} ", "label")]
        head += [*fill_line([(one.who, _ROLES[one.who])], 9)]
        room = max(width - 18, 10)
        line = clip(one.line, max(room * 3 // 5, 8))
        role: Role = "warning" if one.refused else "header"
        if not one.line:
            lines.append(clip_line([*head, (one.reply, "text")], width))
            continue
        rest = clip(one.reply, max(room - width_of(line) - 3, 4))
        lines.append(clip_line([*head, (line, "text"), (" → ", "frame"), (rest, role)], width))
    return lines
