"""The lab in sentences: for ears, logs and tests."""

from __future__ import annotations

from tutor.diagrams.amounts import size_text
from tutor.diagrams.labs.amounts import clock_text, grouped, lag_time_text, wire_text
from tutor.diagrams.labs.events import event_text
from tutor.diagrams.labs.nodes import role_text, state_text
from tutor.diagrams.labs.sentinels import opinion_text
from tutor.diagrams.sentences import as_sentence
from tutor.i18n import _
from tutor.labs.replication.frame import Frame, LinkFrame, NodeFrame


def describe_lab(frame: Frame) -> list[str]:
    """Every node, every link, the sums, the last read, the last event."""
    said = [_("Second %(time)s of the run with seed %(seed)d.") % {
        "time": clock_text(frame.time), "seed": frame.seed,
    }]  # fmt: skip
    said += [_node(node) for node in frame.nodes]
    said += [_link(link, frame.time) for link in frame.links]
    said.append(_writes(frame))
    said.append(
        _("Reads: %(all)s, stale: %(stale)s.")
        % {
            "all": grouped(frame.counters.reads),
            "stale": grouped(frame.counters.stale_reads),
        }
    )
    said += [f"{one.name}: {opinion_text(one)}." for one in frame.sentinels]
    said += [as_sentence(event_text(event)) for event in frame.events[-1:]]
    return said


def _writes(frame: Frame) -> str:
    sums = frame.counters
    if not frame.lagging:
        return _("Acknowledged writes: %(all)s, lost: %(lost)s, refused: %(refused)s.") % {
            "all": grouped(sums.acknowledged),
            "lost": grouped(sums.lost),
            "refused": grouped(sums.refused),
        }
    return _(
        "Acknowledged writes: %(all)s, on a replica at least: %(safe)s, would be lost now: "
        "%(risk)s, lost: %(lost)s."
    ) % {
        "all": grouped(sums.acknowledged),
        "safe": grouped(sums.on_replica),
        "risk": grouped(sums.would_be_lost),
        "lost": grouped(sums.lost),
    }


def _node(node: NodeFrame) -> str:
    head = _("%(name)s, %(role)s, %(state)s, offset %(offset)s") % {
        "name": node.name,
        "role": role_text(node),
        "state": state_text(node),
        "offset": grouped(node.offset),
    }
    if node.role == "master":
        return head + "."
    if node.behind_bytes is None:
        return head + ", " + _("how far behind nobody can know.")
    return head + ", " + _("%(bytes)s and %(time)s behind.") % {
        "bytes": size_text(node.behind_bytes),
        "time": lag_time_text(node.behind_ms),
    }  # fmt: skip


def _link(link: LinkFrame, now: int) -> str:
    ends = {"first": link.first, "second": link.second}
    if link.cut_since is not None:
        since = lag_time_text((now - link.cut_since) / 1000)
        return _("Link %(first)s – %(second)s: cut for %(time)s, %(size)s wait.") % {
            **ends, "time": since, "size": size_text(link.waiting),
        }  # fmt: skip
    return _("Link %(first)s – %(second)s: %(settings)s, %(size)s under way.") % {
        **ends,
        "settings": wire_text(link.delay_ms, link.jitter_ms, link.bandwidth, link.loss),
        "size": size_text(link.in_flight),
    }
