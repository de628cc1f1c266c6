"""Where one may go from the home screen besides the lessons."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tutor.console.confinement import closed
from tutor.tui.keys import N_

if TYPE_CHECKING:
    from tutor.tui.application import TutorApp


class Place(NamedTuple):
    """A line of the home screen: its id there, a title with some words beside it, and what is told
    of it. ``opens`` names the method of the app, ``lab`` is what it takes, if it takes a lab. Texts
    are to be translated when they are shown."""

    id: str
    title: str
    about: str
    opens: str
    texts: tuple[str, ...]
    lab: str = ""

    def open(self, app: TutorApp) -> None:
        """Go there."""
        getattr(app, self.opens)(*([self.lab] if self.lab else []))


KEEPING: tuple[Place, ...] = (
    Place("review:", N_("Review"), N_("what you have learnt, before you forget it"),
          "open_review", (
        N_("What you have finished comes back: tomorrow, after some days, after weeks; what was "
           "hard comes back earlier."),
        N_("A concept is asked by one of its steps, from a clean beginning, the options in another "
           "order. Right, right after hints or wrong: by that it is decided when it comes again."),
    )),
    Place("progress:", N_("Progress"), N_("what is done, what is weak"), "open_progress", (
        N_("Every lesson with its steps, weak concepts with the step to repeat, and your cheat "
           "sheet."),
        N_("redis-tutor progress export FILE takes all of it to another machine."),
    )),
)  # fmt: skip
"""What a learner keeps, in the order in which it stands there."""

PLACES: tuple[Place, ...] = (
    Place("django:", N_("Django's cache"), N_("calls, and what they send"), "open_django", (
        N_("Real Django behind a prompt >>>: cache.set, get_or_set, incr and the rest, on a master "
           "and two replicas of your own."),
        N_("Each call shows which server it went to, the commands and replies, and the key as it "
           "is stored: prefix, version, pickle."),
        N_("Hold a replica back, pull its cable, stop the master: see stale reads and what Django "
           "does about them."),
    )),
    Place("cache:", N_("Cache lab"), N_("stampedes, stale reads and their cures"),
          "open_lane_lab", (
        N_("What Django's cache does under traffic: hits and misses, a key that everybody wants "
           "and that is over, two applications in one Redis, reads from replicas that lag."),
        N_("The same requests under each cure, side by side: what it saves, and its price."),
        N_("Turn the knobs, kill the worker that computes, turn the time back: the same seed gives "
           "the same run."),
    ), "cache"),
    Place("rate-limit:", N_("Rate limiting lab"), N_("seven limiters under one traffic"),
          "open_lane_lab", (
        N_("The notes' function beside six others: fixed windows that Redis counts at once, a "
           "sliding log, a sliding counter, a token bucket, GCRA."),
        N_("Bursts, an attacker, the edge of a window: who let how many pass, what was promised, "
           "what it costs in memory."),
        N_("In the race you say which worker goes next, and see a request slip past the limit."),
    ), "rate-limit"),
    Place("queue:", N_("Task queue lab"), N_("workers die, tasks must not"),
          "open_lane_lab", (
        N_("The same tasks handed out in six ways: RPOP, BRPOP, LMOVE with a list for what is in "
           "work, retries, delayed jobs, streams with a group."),
        N_("Kill a worker, freeze another: every task is accounted for, done, lost or done twice."),
        N_("More tasks than the workers can do: the queue and the waiting grow before your eyes."),
    ), "queue"),
    Place("security:", N_("Security lab"), N_("an attacker on another host"),
          "open_lane_lab", (
        N_("Real attacks with the real replies, against the same server under each setting, while "
           "an application has to go on working."),
        N_("Harden a server that is open to all, step by step, without stopping it."),
        N_("The prompt is where you want to be: at the attacker's, the application's, the "
           "administrator's."),
    ), "security"),
    Place("lab:", N_("Replication lab"), N_("servers, links and faults, live"), "open_lab", (
        N_("A master and its replicas in a time that you can stop, slow down and turn back."),
        N_("Cut a link, crash a server, promote another: see stale reads, and what is lost."),
        N_(":node replica1 puts the prompt on any of them. The same seed gives the same run."),
    )),
    Place("stage:", N_("Persistence stage"), N_("what a death takes under each setting"),
          "open_stage", (
        N_("The same writes to six servers that keep their data in six ways: no files, save "
           "points, the append-only file with each appendfsync."),
        N_("Kill the process or cut the power at a moment of your choice, start again, and see "
           "which acknowledged writes are there and which are gone."),
        N_("Slow the disk down, turn the time back, try another moment: the same seed gives "
           "the same run."),
    )),
    Place("demos:", N_("Demos"), N_("prepared scenes for a class"), "open_demos", (
        N_("Scenes that play in the labs, with notes for who presents them: one key leads on, one "
           "back, any scene is there at once."),
        N_("Take the keyboard whenever you like; the script waits, and goes on where it was."),
        N_("redis-tutor demo NAME --notes shows the notes in a second terminal."),
    )),
    Place("rivals:", N_("Redis and Memcached"), N_("one workload, both engines"), "open_rivals", (
        N_("The notes' table as experiments: types, persistence, replication, a queue, a rate "
           "limit, memory, speed. The same is tried on both, with real replies of both."),
        N_("Under each experiment the X-ray of Memcached: slab classes, pages, queues, items."),
        N_("The ring: servers join and leave, and you see which keys move under each rule. And a "
           "prompt of Memcached, where you type its protocol yourself."),
    )),
    Place("sandbox:", N_("Sandbox"), N_("no tasks, your own keys"), "open_sandbox", (
        N_("An empty Redis of your own: sixteen databases, real replies, every key in the X-ray."),
        N_("Undo takes back any change. :client 2 is a second client, to see what blocks whom."),
        N_("F3 opens a port: then redis-cli and your own programs work with it as well."),
    )),
)  # fmt: skip
"""In the order in which they stand there."""


def places() -> tuple[Place, ...]:
    """Those that are there: a visitor's process opens no ports, so it has no Django."""
    return tuple(place for place in PLACES if not (closed() and place.opens == "open_django"))
