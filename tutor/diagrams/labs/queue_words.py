"""The queue lab in words: experiments, ways, states, what workers do, knobs, events."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tutor.diagrams.labs.amounts import lag_time_text, rate_text
from tutor.i18n import _, pgettext
from tutor.labs.queue.frame import Experiment, Knobs, QueueFrame, State
from tutor.labs.replication.frame import EventFrame


def experiment_text(experiment: Experiment) -> str:
    """Its name on a tab."""
    return {
        "crash": pgettext("experiment", "crashes"),
        "retries": pgettext("experiment", "retries"),
        "delayed": pgettext("experiment", "delays"),
        "speed": pgettext("experiment", "speed"),
    }[experiment]


def experiment_about(experiment: Experiment) -> str:
    """What is tried."""
    return {
        "crash": _("Workers die in the middle of their work: the same tasks, the same crashes "
                   "under each way. Whose tasks are lost, whose are done twice?"),
        "retries": _("Some tasks fail however often they are tried. Who tries them for ever, who "
                     "puts them aside as dead letters?"),
        "delayed": _("Some tasks are for later, and sometimes nobody takes letters for a while. A "
                     "list knows no time, a sorted set does."),
        "speed": _("When tasks come faster than they are done, the queue grows, and with it the "
                   "time that each waits. More workers, or fewer tasks?"),
    }[experiment]  # fmt: skip


def way_text(way: str) -> str:
    """Its name in a table."""
    return _NAMES[way]()


_NAMES: Mapping[str, Callable[[], str]] = {
    "rpop": lambda: "RPOP",
    "brpop": lambda: "BRPOP",
    "lmove": lambda: "LMOVE",
    "retry": lambda: pgettext("way", "LMOVE + tries"),
    "delayed": lambda: pgettext("way", "ZSET by time"),
    "stream": lambda: pgettext("way", "stream"),
}


def way_about(way: str) -> str:
    """What it does, and its price."""
    return _ABOUT[way]()


_ABOUT: Mapping[str, Callable[[], str]] = {
    "rpop": lambda: _(
        "RPOP tasks, and if nothing is there again after 100 ms. Redis has given the task away: if "
        "the worker dies before it is done, nobody knows of it any more."
    ),
    "brpop": lambda: _(
        "BRPOP tasks 2: the server answers as soon as there is a task, no question is in vain. "
        "What a dead worker had is lost all the same."
    ),
    "lmove": lambda: _(
        "BLMOVE tasks work:w1 RIGHT LEFT, work, LREM. A task is always in some list. alive:w1 runs "
        "out when a worker is dead, then a reaper puts its task back; so one may be done twice."
    ),
    "retry": lambda: _(
        "As LMOVE, and HINCRBY tries counts before each attempt: what has failed too often goes "
        "into the list dead, where a person looks at it."
    ),
    "delayed": lambda: _(
        "ZADD later with the time when it is due; a script takes what is due into work, with the "
        "time when its worker counts as dead. What fails is put off, each time for twice as long."
    ),
    "stream": lambda: _(
        "XADD mail, XREADGROUP, XACK. What nobody acknowledged stays pending, and after min-idle "
        "XAUTOCLAIM gives it to another, with a count of deliveries."
    ),
}


def state_text(state: State) -> str:
    """Where a task is."""
    return {
        "waiting": pgettext("task", "waits"),
        "working": pgettext("task", "in work"),
        "scheduled": pgettext("task", "for later"),
        "done": pgettext("task", "done"),
        "doubled": pgettext("task", "done twice"),
        "dead": pgettext("task", "dead letter"),
        "lost": pgettext("task", "lost"),
    }[state]


def doing_text(doing: str) -> str:
    """What a worker does, in a word; a command is itself."""
    row = _DOING.get(doing)
    return row() if row is not None else doing


_DOING: Mapping[str, Callable[[], str]] = {
    "work": lambda: pgettext("worker", "works"),
    "sleep": lambda: pgettext("worker", "sleeps"),
    "frozen": lambda: pgettext("worker", "stands still"),
    "down": lambda: pgettext("worker", "dead"),
    "": lambda: pgettext("worker", "idle"),
}


# knobs


def knobs_text(frame: QueueFrame) -> str:
    """What the experiment is set to; what does not happen at all is not said."""
    knobs = frame.knobs
    absent = {kind for kind, value in _ABSENT.items() if getattr(knobs, kind) == value}
    shown = (one for one in _SHOWN[frame.experiment] if one not in absent)
    return " · ".join(_SETTINGS[one](knobs) for one in shown)


_ABSENT: Mapping[str, object] = {"crash": 0, "poison": 0, "outage": "off", "once": "off"}


_SHOWN: Mapping[Experiment, tuple[str, ...]] = {
    "crash": ("rate", "workers", "work", "crash", "idle", "once"),
    "retries": ("rate", "workers", "work", "poison", "attempts", "crash", "idle", "once"),
    "delayed": ("rate", "workers", "work", "delay", "attempts", "outage", "crash", "idle", "once"),
    "speed": ("rate", "workers", "work"),
}
_SETTINGS: Mapping[str, Callable[[Knobs], str]] = {
    "rate": lambda knobs: _("tasks %(rate)s") % {"rate": rate_text(knobs.rate)},
    "workers": lambda knobs: _("workers %(n)d") % {"n": knobs.workers},
    "work": lambda knobs: _("work %(time)s") % {"time": lag_time_text(knobs.work_ms)},
    "crash": lambda knobs: _("crashes %(n)d %%") % {"n": knobs.crash},
    "poison": lambda knobs: _("poison %(n)d %%") % {"n": knobs.poison},
    "idle": lambda knobs: _("min-idle %(time)s") % {"time": lag_time_text(knobs.idle_ms)},
    "attempts": lambda knobs: _("attempts %(n)d") % {"n": knobs.attempts},
    "delay": lambda knobs: _("delay %(time)s") % {"time": lag_time_text(knobs.delay_ms)},
    "outage": lambda knobs: _("outage: %(value)s") % {"value": switch_text(knobs.outage)},
    "once": lambda knobs: _("each once: %(value)s") % {"value": switch_text(knobs.once)},
}


def switch_text(value: str) -> str:
    """What a switch stands at."""
    return {"on": pgettext("switch", "on"), "off": pgettext("switch", "off")}.get(value, value)


def knob_text(kind: str) -> str:
    """What a knob is called."""
    return _KNOBS[kind]()


_KNOBS: Mapping[str, Callable[[], str]] = {
    "rate": lambda: pgettext("knob", "tasks"),
    "workers": lambda: pgettext("knob", "workers"),
    "work": lambda: pgettext("knob", "work"),
    "crash": lambda: pgettext("knob", "crashes"),
    "poison": lambda: pgettext("knob", "poison"),
    "idle": lambda: pgettext("knob", "min-idle"),
    "attempts": lambda: pgettext("knob", "attempts"),
    "delay": lambda: pgettext("knob", "put off"),
    "outage": lambda: pgettext("knob", "outage"),
    "once": lambda: pgettext("knob", "each once"),
    "kill": lambda: pgettext("knob", "kill"),
    "freeze": lambda: pgettext("knob", "freeze"),
}


# events


def queue_event_text(event: EventFrame) -> str:
    """What has happened, as a sentence."""
    params = dict(event.params)
    if event.code == "knob":
        words = _("%(name)s is %(value)s now")
        return words % {"name": knob_text(params["name"]), "value": switch_text(params["value"])}
    if event.code == "nobody":
        return _("nobody is at work now, so nobody is hit")
    sentence = happening_text(event)
    words = _("%(lane)s: %(sentence)s")
    return words % {"lane": way_text(params["lane"]), "sentence": sentence}


def happening_text(event: EventFrame) -> str:
    """What has happened in a lane, as a sentence that does not name it."""
    params = dict(event.params)
    if event.code == "crash":
        return _CRASHES[params["moment"]]() % params
    return _HAPPENINGS[event.code]() % params


_CRASHES: Mapping[str, Callable[[], str]] = {
    "before": lambda: _("%(worker)s dies with %(task)s in hand, before it began"),
    "while": lambda: _("%(worker)s dies in the middle of %(task)s"),
    "after": lambda: _("%(worker)s has done %(task)s and dies before it says so"),
    "killed": lambda: _("%(worker)s is killed in the middle of %(task)s"),
    "error": lambda: _("%(worker)s dies of a reply that it did not expect"),
}
_HAPPENINGS: Mapping[str, Callable[[], str]] = {
    "again": lambda: _("%(worker)s begins %(task)s again: attempt %(count)s"),
    "lost": lambda: _("%(task)s is lost: only %(worker)s had it"),
    "doubled": lambda: _("%(task)s is done once more, by %(worker)s"),
    "dead": lambda: _("%(task)s is a dead letter"),
    "frozen": lambda: _("%(worker)s stands still with %(task)s in hand"),
}
