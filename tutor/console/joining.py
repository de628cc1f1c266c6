"""``redis-tutor learn --join redis://anna:word@host:6379``: the tutor tells a class where it is."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.console.trouble import explain
from tutor.course.classroom.teller import Teller
from tutor.i18n import _
from tutor.network.classlink import ClassLink
from tutor.network.link import LinkError

__all__ = ["Joined", "join", "why_not"]


@dataclass(frozen=True, slots=True)
class Joined:
    """``greeting`` says what has become of it."""

    teller: Teller
    greeting: str
    link: ClassLink

    def close(self) -> None:
        """Tell the last, and leave."""
        self.link.close()


def join(url: str) -> Joined:
    """Join a class, or begin to try: a class that is not there yet is looked for now and then.
    Raises `LinkError` where that is of no use: the address is none, or the word is wrong."""
    link = ClassLink(url)
    greeting = _("You are in the class at {address} as {name}: it sees lesson, step and tries.")
    try:
        link.begin()
    except LinkError as error:
        if error.trouble == "auth":
            raise
        greeting = _(
            "The class at {address} cannot be reached. The lessons are here all the same, and the "
            "class hears of you when it is there."
        )
    return Joined(Teller(link.tell), greeting.format(address=link.address, name=link.learner), link)


def why_not(error: LinkError) -> str:
    """What to do about it."""
    if error.trouble == "auth":
        text = _("The class at {address} does not know this name and word: ask for the address.")
        return text.format(address=error.address)
    if error.trouble == "url" and not error.detail:
        text = _("{address} names no learner: you were given redis://name:word@host:port.")
        return text.format(address=error.address)
    return explain(error)
