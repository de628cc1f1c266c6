"""Cards about the server: memory, replication, disk, cluster."""

from __future__ import annotations

from tutor.console.cards.case import Card, Case, Try
from tutor.i18n import _

__all__ = [
    "busy",
    "cannot_save",
    "cluster",
    "debug_not_allowed",
    "lfu",
    "loading",
    "no_config_file",
    "no_script",
    "out_of_memory",
    "protected",
    "read_only",
    "replication",
    "unblocked",
]


def out_of_memory(case: Case) -> Card | None:
    """maxmemory reached."""
    return Card(
        _("The memory limit is reached"),
        _("The data take more than maxmemory allows, and nothing may be evicted (or nothing is "
          "left to evict). Reading and deleting still work."),
        (
            Try("CONFIG GET maxmemory*", _("the limit and the policy")),
            Try("CONFIG SET maxmemory-policy allkeys-lru", _("evict what was not used for long")),
            Try("CONFIG SET maxmemory 0", _("no limit")),
        ),
    )  # fmt: skip


def lfu(case: Case) -> Card | None:
    """OBJECT FREQ or IDLETIME under the other policy."""
    return Card(
        _("Another eviction policy is on"),
        _("Of each key Redis keeps either the time of last use or how often it is used: OBJECT "
          "FREQ needs an LFU policy, OBJECT IDLETIME any other."),
        (Try("CONFIG GET maxmemory-policy"),),
    )  # fmt: skip


def read_only(case: Case) -> Card | None:
    """A write to a replica."""
    return Card(
        _("This is a replica"),
        _("Replicas only read: they receive changes from their master. Write to the master."),
        (Try("INFO replication", _("who the master is")),),
    )


def loading(case: Case) -> Card | None:
    """The server has just started."""
    return Card(
        _("The server is loading its data"),
        _("After a start it reads the RDB or AOF file into memory. Try again in a moment."),
    )


def cannot_save(case: Case) -> Card | None:
    """MISCONF."""
    return Card(
        _("The server cannot save to disk"),
        _("The last snapshot or append failed (a full disk, no permission), and so that nothing is "
          "lost the server takes no writes. The cause is in its log."),
        (Try("INFO persistence"),),
    )  # fmt: skip


def replication(case: Case) -> Card | None:
    """MASTERDOWN, NOREPLICAS."""
    return Card(
        _("Master and replicas do not see each other"),
        _("The configuration forbids this command while the link is down or replicas are too few."),
        (Try("INFO replication"),),
    )


def busy(case: Case) -> Card | None:
    """A script runs too long."""
    return Card(
        _("A script is running"),
        _("Redis does one thing at a time; until the script ends it only takes SCRIPT KILL and "
          "SHUTDOWN NOSAVE."),
    )  # fmt: skip


def cluster(case: Case) -> Card | None:
    """MOVED, ASK, CROSSSLOT, CLUSTERDOWN."""
    if case.message.startswith("CROSSSLOT"):
        return Card(
            _("The keys lie in different slots"),
            _("In a cluster all keys of one command must be in one slot: give them a common part "
              "in braces, such as {user:1}:name and {user:1}:cart."),
        )  # fmt: skip
    if case.message.startswith(("MOVED", "ASK")):
        address = case.message.split()[-1]
        return Card(
            _("The key is on another node"),
            _("This is a cluster, and the slot of the key belongs to `{address}`.").format(
                address=address
            ),
            (Try("", f"redis-tutor repl --connect redis://{address}"),),
        )
    return Card(
        _("The cluster is not ready"),
        _("Some slots have no node that serves them now."),
        (Try("CLUSTER INFO"),),
    )


def protected(case: Case) -> Card | None:
    """Protected mode."""
    return Card(
        _("The server only talks to its own machine"),
        _("Protected mode is on because no password is set. Set a password, or connect from the "
          "machine where the server runs."),
    )  # fmt: skip


def no_script(case: Case) -> Card | None:
    """EVALSHA of something unknown."""
    return Card(
        _("The server does not have this script"),
        _("EVALSHA names a script by its SHA1; a restart or SCRIPT FLUSH forgets them. Send the "
          "text with EVAL once."),
    )  # fmt: skip


def unblocked(case: Case) -> Card | None:
    """CLIENT UNBLOCK id ERROR."""
    return Card(
        _("Somebody ended the wait"),
        _("Another client called CLIENT UNBLOCK for this one."),
    )


def debug_not_allowed(case: Case) -> Card | None:
    """enable-debug-command no."""
    return Card(
        _("DEBUG is switched off on this server"),
        _("Since 7.0 it must be allowed at the start: redis-server --enable-debug-command local"),
    )


def no_config_file(case: Case) -> Card | None:
    """CONFIG REWRITE without a file."""
    return Card(
        _("There is no configuration file"),
        _("CONFIG REWRITE writes the settings back into the file the server was started with."),
    )
