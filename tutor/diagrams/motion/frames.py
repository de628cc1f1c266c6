"""From a step to its picture and its caption, from a film to its text twin."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.diagrams.canvas import Drawing, clip_line
from tutor.diagrams.motion import (
    housekeeping,
    intsets,
    keys,
    listpacks,
    quicklists,
    skiplists,
    strings,
    tables,
)
from tutor.diagrams.motion.scene import Facts, Scene
from tutor.diagrams.payload import shown
from tutor.engine.cmdline import quote
from tutor.engine.recording import Film, Step
from tutor.i18n import _, ngettext


def draw_step(step: Step, width: int) -> Drawing:
    """The picture of a step, at most ``width`` cells wide; its text twin is the caption."""
    lines = SCENES[step.kind].draw(step, max(width, 12))
    return Drawing(tuple(clip_line(line, max(width, 12)) for line in lines), caption(step))


def caption(step: Step) -> str:
    """What happens in a step, and why: one or two sentences."""
    said = SCENES[step.kind].say(step.facts)
    if not step.left_out:
        return said
    left_out = ngettext(
        "(%(n)d step like this one is left out.)",
        "(%(n)d steps like this one are left out.)",
        step.left_out,
    )
    return f"{left_out % {'n': step.left_out}} {said}"


def film_title(film: Film) -> str:
    """The command, as it was typed."""
    if film.commands:
        count = len(film.commands)
        return ngettext("%(n)d command", "%(n)d commands", count) % {"n": count}
    if not film.argv:
        return _("active expiry: the next turn")
    return " ".join(quote(word) for word in film.argv)


def film_lines(film: Film) -> list[str]:
    """The whole film as numbered sentences; where the key changes it is named."""
    if not film.steps:
        return [why_no_film(film)]
    lines: list[str] = []
    key: bytes | None = None
    digits = len(str(len(film.steps)))
    several = len({step.place for step in film.steps if _in_a_value(step)}) > 1
    for number, step in enumerate(film.steps, 1):
        if several and step.place[1] != key and _in_a_value(step):
            key = step.place[1]
            lines.append(_("Key %(key)s:") % {"key": shown(key)})
        lines.append(f"{number:>{digits}}. {caption(step)}")
    more = left_out(film)
    return [*lines, more] if more else lines


def _in_a_value(step: Step) -> bool:
    """Whether a step works on the value of a key and not on what all keys are in."""
    return step.kind.split(".")[0] not in ("keyspace", "eviction", "expiry", "command")


def left_out(film: Film) -> str:
    """What the command did beyond what is filmed; empty if that was all."""
    if not film.left_out:
        return ""
    words = ngettext(
        "… and in the same way %(n)d more lookup or change.",
        "… and in the same way %(n)d more lookups or changes.",
        film.left_out,
    )
    return words % {"n": film.left_out}


def why_no_film(film: Film) -> str:
    """Why a film has no steps."""
    return why_not(film.why_not)


def why_not(reason: str) -> str:
    """The reason as a sentence."""
    reasons = {
        "no-keys": _("This command works on no key: there is no structure to be filmed."),
        "queued": _("MULTI only queues this command. EXEC carries it out: its film shows it."),
        "waits": _("The command finds nothing and waits: no structure moves until it is served."),
        "aborted": _("EXEC was refused, since a watched key had changed: nothing was carried out."),
        "unknown": _("Redis does not know this command: there is nothing to be filmed."),
        "refused": _("The command was answered with an error: it was not carried out."),
        "quiet": _("The command changed nothing and looked into no structure."),
        "": _("The film is empty."),
    }
    return reasons[reason]


def _run(facts: Facts) -> str:
    said = _("Now: %(command)s") % {"command": " ".join(quote(word) for word in facts["argv"])}
    return f"{said} · {why_not(facts['why_not'])}" if facts["why_not"] else said


SCENES: Mapping[str, Scene] = {
    **skiplists.SCENES,
    **tables.SCENES,
    **listpacks.SCENES,
    **intsets.SCENES,
    **quicklists.SCENES,
    **strings.SCENES,
    **keys.SCENES,
    **housekeeping.SCENES,
    "command.run": Scene(lambda step, width: [], _run),
}
"""By kind of step."""
