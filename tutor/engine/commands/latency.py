"""LATENCY: spikes, their graph and advice, and histograms of commands (redis 7.0, latency.c)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tutor.engine import errors
from tutor.engine.helptext import help_of
from tutor.engine.registry import Command, command
from tutor.engine.replies import Reply, ReplyError, Verbatim
from tutor.engine.session import Session
from tutor.engine.statistics.histogram import cumulative
from tutor.engine.statistics.latency import Summary, graph, summary

if TYPE_CHECKING:
    from tutor.engine.engine import Engine


def _name(word: bytes) -> str:
    return word.decode("utf-8", "surrogateescape")


@command("latency|latest")
def latency_latest(session: Session, argv: Sequence[bytes]) -> Reply:
    """LATENCY LATEST: each event's last spike and its highest."""
    return [
        [event.encode(), *spikes.samples[-1], spikes.highest]
        for event, spikes in session.engine.latency.events.items()
    ]


@command("latency|history")
def latency_history(session: Session, argv: Sequence[bytes]) -> Reply:
    """LATENCY HISTORY event: (second, ms), oldest first."""
    spikes = session.engine.latency.events.get(_name(argv[2]))
    return [] if spikes is None else [list(sample) for sample in spikes.samples]


@command("latency|reset")
def latency_reset(session: Session, argv: Sequence[bytes]) -> Reply:
    """LATENCY RESET [event …]: how many were forgotten."""
    return session.engine.latency.forget(*map(_name, argv[2:]))


@command("latency|graph")
def latency_graph(session: Session, argv: Sequence[bytes]) -> Reply:
    """LATENCY GRAPH event."""
    event = _name(argv[2])
    spikes = session.engine.latency.events.get(event)
    if spikes is None:
        raise ReplyError(errors.no_latency_samples(argv[2]))
    now = session.engine.clock.now_us() // 1_000_000
    return Verbatim(graph(event, spikes, now).encode())


@command("latency|histogram")
def latency_histogram(session: Session, argv: Sequence[bytes]) -> Reply:
    """LATENCY HISTOGRAM [command …]: calls and how many took at most so many µs.

    A container stands for its subcommands; what was never called is left out.
    """
    engine = session.engine
    engine.stats.settle()
    if len(argv) == 2:
        wanted = [two for one in engine.commands.values() for two in _family(one)]
    else:
        wanted = [two for word in argv[2:] for two in _named(engine, word)]
    found: dict[bytes, Reply] = {}
    for name in wanted:
        spent = engine.stats.spent.get(name)
        if spent is not None and spent.durations.total:
            found[name.encode()] = {
                b"calls": spent.durations.total,
                b"histogram_usec": cumulative(spent.durations),
            }
    return found


def _named(engine: Engine, word: bytes) -> Iterator[str]:
    container, bar, sub = word.lower().partition(b"|")
    found = engine.commands.get(container)
    if found is None:
        return
    if not bar:
        yield from _family(found)
    elif sub in found.subcommands:
        yield found.subcommands[sub].name


def _family(one: Command) -> Iterator[str]:
    yield one.name
    for child in one.subcommands.values():
        yield child.name


@command("latency|help")
def latency_help(session: Session, argv: Sequence[bytes]) -> Reply:
    return help_of(session, b"latency")


@command("latency|doctor")
def latency_doctor(session: Session, argv: Sequence[bytes]) -> Reply:
    """LATENCY DOCTOR: what was seen, and advice. The words are ours."""
    return Verbatim(_report(session.engine).encode())


def _report(engine: Engine) -> str:
    config, events = engine.config, engine.latency.events
    if not config.latency_monitor_threshold and not events:
        return (
            "Nobody is watching: the latency monitor is off. Switch it on with\n"
            '"CONFIG SET latency-monitor-threshold <milliseconds>" and ask again later.\n'
        )
    if not events:
        return "No spike has been seen since the latency monitor was switched on. All is well.\n"
    now = engine.clock.now_us() // 1_000_000
    lines = ["Latency spikes were seen:", ""]
    advice: dict[str, None] = {}
    for number, (event, spikes) in enumerate(events.items(), 1):
        figures = summary(spikes, now)
        lines.append(_line(number, event, figures))
        advice.update(dict.fromkeys(_advice(engine, event)))
    if advice:
        lines += ["", "What may help:", "", *(f"- {one}" for one in advice)]
    return "\n".join(lines) + "\n"


def _line(number: int, event: str, figures: Summary) -> str:
    return (
        f"{number}. {event}: {figures.count} spikes, {figures.average} ms on average (mean "
        f"deviation {figures.deviation} ms), one every {figures.period_s:.2f} s; the worst took "
        f"{figures.highest} ms."
    )


def _advice(engine: Engine, event: str) -> Iterator[str]:
    config = engine.config
    if event in ("command", "fast-command"):
        slow, limit = config.slowlog_log_slower_than, config.latency_monitor_threshold * 1000
        if slow < 0:
            yield f"The slow log is off: CONFIG SET slowlog-log-slower-than {limit} shows which."
        elif slow > limit:
            yield (
                "The slow log notes only what takes longer than the spikes watched for: CONFIG SET "
                f"slowlog-log-slower-than {limit}."
            )
        yield "SLOWLOG GET names the commands that took long."
        yield "Deleting, expiring or evicting one very large value takes long: make several of it."
    elif event.startswith(("expire", "eviction")):
        yield "Many keys die at once: spread their times to live, or evict with more room to spare."
