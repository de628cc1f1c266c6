"""Cards about replicas, failovers and files that are written."""

from __future__ import annotations

from tutor.console.cards.case import Card, Case, Families, Try
from tutor.i18n import _

__all__ = ["FAMILIES"]


def failover_words(case: Case) -> Card | None:
    """FAILOVER to somebody who cannot take over."""
    return Card(
        _("Nobody of that name can take over"),
        _("FAILOVER TO takes host and port of a replica that is connected and online, as INFO "
          "replication lists it; FORCE also needs a TIMEOUT."),
        (Try("INFO replication", _("slave0: ip, port, state")),),
    )  # fmt: skip


def failover_under_way(case: Case) -> Card | None:
    """Something that has to wait until roles have changed."""
    return Card(
        _("The roles are just changing"),
        _("A failover is under way: the replica catches up and takes over. Until then nobody else "
          "can be followed or copied from."),
        (Try("FAILOVER ABORT", _("call it off")), Try("INFO replication")),
    )  # fmt: skip


def not_here(case: Case) -> Card | None:
    """FAILOVER on a replica, PSYNC … FAILOVER to a master."""
    return Card(
        _("A planned failover is begun on the master"),
        _("FAILOVER is said to the master: it stops writes, waits until a replica has everything "
          "and becomes its replica. If the master is gone, say REPLICAOF NO ONE to a replica."),
        (Try("ROLE"), Try("REPLICAOF NO ONE", _("make this server a master"))),
    )  # fmt: skip


def between_servers(case: Case) -> Card | None:
    """SYNC, PSYNC, a replica's link."""
    return Card(
        _("That is what servers say to one another"),
        _("SYNC and PSYNC begin a copy of all data and after that the stream of changes. A replica "
          "without its master gives nothing away, and a replica's link takes no other commands."),
        (Try("REPLICAOF host port", _("what people say")), Try("INFO replication")),
    )  # fmt: skip


def unblocked(case: Case) -> Card | None:
    """A blocked client, and the server became a replica."""
    return Card(
        _("The server is a replica now"),
        _("While this client waited the server was made a replica. Nothing can be taken from a "
          "replica's lists, so whoever waits is sent away. Connect to the master."),
        (Try("ROLE"),),
    )  # fmt: skip


def wait_on_replica(case: Case) -> Card | None:
    """WAIT on a replica."""
    return Card(
        _("WAIT is for masters"),
        _("It asks how many replicas have what this client wrote; a replica has written nothing."),
        (Try("ROLE"), Try("INFO replication", _("who the master is"))),
    )


def stale_in_script(case: Case) -> Card | None:
    """A script on a replica without its master."""
    return Card(
        _("This replica has lost its master"),
        _("With replica-serve-stale-data no it answers nothing that may be old, nor do scripts."),
        (Try("INFO replication", _("whether the link is up")),),
    )


def being_written(case: Case) -> Card | None:
    """BGSAVE, BGREWRITEAOF while something is written."""
    return Card(
        _("Something is being written already"),
        _("A dump and a rewrite of the append-only file go on one at a time, in the background. "
          "BGSAVE SCHEDULE waits for its turn."),
        (Try("INFO persistence", _("what is under way")), Try("BGSAVE SCHEDULE")),
    )  # fmt: skip


def not_written(case: Case) -> Card | None:
    """SAVE, BGREWRITEAOF failed."""
    return Card(
        _("The file could not be written"),
        _("A full disk, a folder without permission, or no memory for a second process: the cause "
          "is in the server's log. The old file is as it was."),
        (Try("INFO persistence"), Try("CONFIG GET dir")),
    )  # fmt: skip


FAMILIES: Families = (
    (r"ERR FAILOVER (target|with force)", failover_words),
    (r"ERR FAILOVER already|ERR REPLICAOF not allowed|NOMASTERLINK Can't SYNC while failing",
     failover_under_way),
    (r"ERR (PSYNC FAILOVER|FAILOVER is not valid)", not_here),
    (r"NOMASTERLINK |ERR SYNC and PSYNC|ERR Command is not valid when client is a replica",
     between_servers),
    (r"UNBLOCKED force unblock", unblocked),
    (r"ERR WAIT cannot be used", wait_on_replica),
    (r"ERR Can not execute the command on a stale", stale_in_script),
    (r"ERR (Another child|Background (save|append only file rewriting) already)", being_written),
    (r"ERR$|ERR Can't execute an AOF background", not_written),
)  # fmt: skip
