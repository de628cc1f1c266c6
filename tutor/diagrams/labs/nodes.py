"""A server of the lab in a few lines: what it is, how far it has come.

replica1 ● online          replica2 × down
48 120   −90 B   84 ms     ?
"""

from __future__ import annotations

from tutor.diagrams.canvas import Line, Role, Run
from tutor.diagrams.labs.amounts import (
    grouped,
    lag_bytes_text,
    lag_time_text,
    rate_text,
)
from tutor.i18n import _, ngettext, pgettext
from tutor.labs.replication.frame import NodeFrame, State

SIGNS: dict[State, tuple[str, Role]] = {
    "online": ("●", "pointer"),
    "syncing": ("▒", "payload"),
    "loading": ("▒", "payload"),
    "paused": ("║", "warning"),
    "down": ("×", "gone"),
}


def state_text(node: NodeFrame) -> str:
    """One word for what a node does now."""
    if node.state == "online" and node.role == "replica" and node.link_state != "up":
        return {
            "connecting": pgettext("node", "looks for its master"),
            "sync": pgettext("node", "copies"),
            "down": pgettext("node", "without its master"),
            "none": pgettext("node", "online"),
        }[node.link_state]
    return {
        "online": pgettext("node", "online"),
        "syncing": pgettext("node", "copies"),
        "loading": pgettext("node", "loads"),
        "paused": pgettext("node", "paused"),
        "down": pgettext("node", "down"),
    }[node.state]


def role_text(node: NodeFrame) -> str:
    """``master`` or ``replica``."""
    return pgettext("role", "master") if node.role == "master" else pgettext("role", "replica")


def head_of(node: NodeFrame) -> Line:
    """Name, sign, state; the role where the name does not tell it."""
    sign, role = SIGNS[node.state]
    if node.state == "online" and node.role == "replica" and node.link_state != "up":
        sign, role = "○", "warning"
    runs: list[Run] = [(node.name, "title"), (" ", "text"), (sign, role)]
    runs.append((f" {state_text(node)}", role))
    if not node.name.startswith(node.role):
        runs.append((f" · {role_text(node)}", "changed"))
    return tuple(runs)


def offset_line(node: NodeFrame, with_lag: bool) -> Line:
    """The offset; of a replica also how far behind it is."""
    runs: list[Run] = [(grouped(node.offset), "header")]
    if with_lag:
        late = node.behind_bytes is None or node.behind_bytes > 0
        role: Role = "warning" if late else "label"
        runs += [("   ", "text"), (lag_bytes_text(node.behind_bytes), role)]
        runs += [("   ", "text"), (lag_time_text(node.behind_ms), role)]
    else:
        runs += [("   ", "text"), (rate_text(node.ops_per_s), "label")]
    return tuple(runs)


def data_line(node: NodeFrame) -> Line:
    """Keys, history, and what it keeps on its disk."""
    keys = ngettext("%(n)d key", "%(n)d keys", node.keys) % {"n": node.keys}
    kept = (
        pgettext("persistence", "memory only") if node.persistence == "nothing" else kept_word(node)
    )
    if not node.replid:
        return ((kept, "label"),)
    return ((f"{keys} · {kept} · ", "label"), (node.replid[:8], "key"))


def kept_word(node: NodeFrame) -> str:
    """What it writes to its disk, in a word."""
    return {
        "nothing": pgettext("persistence", "nothing"),
        "rdb": pgettext("persistence", "RDB"),
        "aof": pgettext("persistence", "AOF"),
    }[node.persistence]


def snapshot_line(node: NodeFrame) -> Line:
    """How many changes its last snapshot does not hold."""
    if not node.replid:
        return ()
    words = ngettext(
        "%(n)d change since the last snapshot", "%(n)d changes since the last snapshot", node.dirty
    ) % {"n": node.dirty}
    return ((words, "label"),)


def sync_line(node: NodeFrame) -> Line:
    """How often replicas copied everything, and how often they went on where they were."""
    words = _("full syncs %(full)d · partial %(partial)d") % {
        "full": node.sync_full,
        "partial": node.sync_partial,
    }
    return ((words, "label"),)
