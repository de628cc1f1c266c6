"""Settings side by side: the application over time, and each attack's last outcome.

                   the application           1  2  3  4  5  6  7  8  9 10 11   through
► open to all      ■■■■■■■××××■■■■■■■■■■■    ×  ×  ×  ×  ×  ×  ■  ■  ×  ×  ×   9 of 11
  protected-mode   ××××××××××××××××××××××    ■  ■  ■  ■  ■  ■  ■  ■  ■  ■  ■   0 of 11
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.diagrams.canvas import Line, Role, Run, clip_line, fill_line, pad, width_of
from tutor.diagrams.labs.cache_parts import joined
from tutor.diagrams.labs.security_words import attack_text, setting_text
from tutor.i18n import _, ngettext, pgettext
from tutor.labs.security.frame import AttackFrame, LaneFrame, Sample, SecurityFrame

_LEAST_STRIP = 12
_FEWEST = 6
_GAP = 2


def attack_sign(attack: AttackFrame) -> Run:
    """``×`` it got through, ``■`` it was stopped, ``○`` it is tried for the first time, ``·`` not
    yet. What was before the server was changed is pale."""
    if attack.outcome == "":
        return ("○", "changed") if attack.now else ("·", "free")
    role: Role = "warning" if attack.outcome == "through" else "payload"
    return ("×" if attack.outcome == "through" else "■", "label" if attack.stale else role)


def app_sign(sample: Sample) -> Run:
    """How the application fared in a step: the worst of it."""
    if sample.refused:
        return ("×", "warning")
    if sample.empty:
        return ("○", "gone")
    if sample.served:
        return ("■", "payload")
    return ("▒", "key") if sample.waiting else ("·", "free")


def app_strip(series: Sequence[Sample], cells: int) -> Line:
    """A sign for each of the last steps."""
    return fill_line(joined([app_sign(sample) for sample in series[-cells:]]), cells)


def draw_lanes(frame: SecurityFrame, chosen: int, width: int) -> list[Line]:
    """A line for each lane; ``chosen`` has a mark."""
    names = [setting_text(lane.setting) for lane in frame.lanes]
    column = min(max(map(width_of, names)) + 4, max(width // 3, 10))
    attacks = [one.name for one in frame.lanes[0].attacks]
    heads = [attack_text(one) for one in attacks]
    title = pgettext("column", "through")
    counts = [_count(lane) for lane in frame.lanes]
    last = max(width_of(title), *map(width_of, counts)) + _GAP
    if column + sum(width_of(one) + 1 for one in heads) + last + _LEAST_STRIP + _GAP > width:
        heads = [str(at) for at in range(1, len(heads) + 1)]
    rooms = [max(width_of(one), 1) + 1 for one in heads]
    strip = width - column - sum(rooms) - last - _GAP
    if strip < _LEAST_STRIP:
        strip += last
        last = 0
    if strip < _FEWEST:  # signs only, close together
        heads, rooms = [""] * len(heads), [1] * len(heads)
        strip = max(width - column - sum(rooms) - _GAP, 1)
    top: list[Run] = [(pad("", column), "text"), *_head(strip)]
    top += [(" " * (room - width_of(one)) + one, "label")
            for one, room in zip(heads, rooms, strict=True)]  # fmt: skip
    top.append((title.rjust(last) if last else "", "label"))
    lines: list[Line] = [clip_line(top, width)]
    for at, lane in enumerate(frame.lanes):
        mark: Run = ("►", "changed") if at == chosen else (" ", "text")
        name: Run = (names[at], "title" if at == chosen else "text")
        row: list[Run] = [*fill_line([mark, (" ", "text"), name], column - 1), (" ", "text")]
        row += [*app_strip(lane.series, strip), (" " * _GAP, "text")]
        for attack, room in zip(lane.attacks, rooms, strict=True):
            row += [(" " * (room - 1), "text"), attack_sign(attack)]
        if last:
            row.append((counts[at].rjust(last), "warning" if lane.through else "header"))
        lines.append(clip_line(row, width))
    return lines


def _head(strip: int) -> Line:
    return fill_line([(_("the application"), "label")], strip + _GAP)


def _count(lane: LaneFrame) -> str:
    return _("%(n)d of %(all)d") % {"n": lane.through, "all": len(lane.attacks)}


def tell_lanes(frame: SecurityFrame) -> list[str]:
    """Sentences for each lane: the attacks, the application, the data."""
    told: list[str] = []
    for lane in frame.lanes:
        words = ngettext(
            "%(setting)s: %(through)d of %(n)d attack got through; the application was served "
            "%(served)d times and refused %(refused)d times.",
            "%(setting)s: %(through)d of %(n)d attacks got through; the application was served "
            "%(served)d times and refused %(refused)d times.",
            len(lane.attacks),
        )  # fmt: skip
        told.append(words % {
            "setting": setting_text(lane.setting), "through": lane.through,
            "n": len(lane.attacks), "served": lane.served, "refused": lane.refused,
        })  # fmt: skip
        for attack in lane.attacks:
            told.append("  " + tell_attack(attack))
        if lane.lost:
            told.append("  " + _("Values lost so far: %(n)d.") % {"n": lane.lost})
        told += ["  " + _("File on the server: %(path)s.") % {"path": one.path}
                 for one in lane.files]  # fmt: skip
    return told


def tell_attack(attack: AttackFrame) -> str:
    """An attack as a sentence."""
    name = attack_text(attack.name)
    if not attack.outcome:
        return _("%(attack)s: not tried yet") % {"attack": name}
    words = _("%(attack)s got through: %(line)s → %(reply)s")
    if attack.outcome == "stopped":
        words = _("%(attack)s was stopped: %(line)s → %(reply)s")
    return words % {"attack": name, "line": attack.line, "reply": attack.reply}
