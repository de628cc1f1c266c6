"""Cards about the server: memory, replication, disk, cluster, what is switched off."""

from __future__ import annotations

from tutor.console.cards.case import Card, Case, Families, Try
from tutor.i18n import _

__all__ = ["FAMILIES"]


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


def switched_off(case: Case) -> Card | None:
    """DEBUG, MODULE LOAD: enable-debug-command no."""
    name = case.argv[0].decode("latin-1").upper()
    option = "enable-debug-command" if name == "DEBUG" else "enable-module-command"
    meaning = _("`{name}` reaches deep into the server; since 7.0 it must be allowed at the start: "
                "redis-server --{option} local")  # fmt: skip
    return Card(
        _("{name} is switched off on this server").format(name=name),
        meaning.format(name=name, option=option),
    )


def no_config_file(case: Case) -> Card | None:
    """CONFIG REWRITE without a file."""
    return Card(
        _("There is no configuration file"),
        _("CONFIG REWRITE writes the settings back into the file the server was started with."),
    )


def not_rewritten(case: Case) -> Card | None:
    """CONFIG REWRITE failed."""
    reason = case.message.partition("file: ")[2].replace("`", "'")
    meaning = _("The server may not write it, or it has vanished: {reason}. The old file is whole.")
    return Card(_("The configuration file was not written"), meaning.format(reason=reason))


def no_cluster(case: Case) -> Card | None:
    """CLUSTER INFO."""
    return Card(
        _("This is no cluster"),
        _("A server becomes a node of a cluster when it is started with cluster-enabled yes. This "
          "one stands alone: every key is here, and nothing of CLUSTER has an answer."),
        (Try("INFO cluster"),),
    )  # fmt: skip


def no_links(case: Case) -> Card | None:
    """REPLICAOF."""
    return Card(
        _("Nothing is replicated here"),
        _("This server stands alone: it takes no copies of another and gives none."),
        (Try("INFO replication"),),
    )


def no_disk(case: Case) -> Card | None:
    """SAVE."""
    return Card(
        _("Nothing is saved here"),
        _("The data live in memory and end with the program. A real server writes a snapshot (RDB) "
          "or a log of its commands (AOF)."),
    )  # fmt: skip


def master_address(case: Case) -> Card | None:
    """REPLICAOF localhost 70000."""
    return Card(
        _("A port is a number from 1 to 65535"),
        _("REPLICAOF takes host and port of the master, or NO ONE to stand alone again."),
        (Try("REPLICAOF NO ONE"),),
    )


def no_failover(case: Case) -> Card | None:
    """FAILOVER."""
    return Card(
        _("There is nobody to take over"),
        _("FAILOVER hands the master's part to a replica that is connected; here there is none."),
        (Try("INFO replication", _("connected_slaves")),),
    )


def failover_timeout(case: Case) -> Card | None:
    """FAILOVER TIMEOUT 0."""
    return Card(
        _("A timeout is greater than 0"),
        _("It is how many milliseconds the replica has to catch up."),
    )


def module(case: Case) -> Card | None:
    """MODULE LOAD, MODULE UNLOAD."""
    return Card(
        _("No such module"),
        _("A module is a library in C that a server loads; MODULE LIST shows those that are. The "
          "embedded engine has none and loads none."),
        (Try("MODULE LIST"),),
    )  # fmt: skip


def no_shutdown(case: Case) -> Card | None:
    """SHUTDOWN ABORT."""
    return Card(
        _("No shutdown is under way"),
        _("ABORT calls off a SHUTDOWN that still waits for its replicas."),
    )


def not_shut_down(case: Case) -> Card | None:
    """SHUTDOWN where it cannot be."""
    return Card(
        _("The server goes on"),
        _("It could not save its data, or (the embedded engine) it lives as long as this program. "
          "`quit` leaves the prompt."),
        (Try("quit"),),
    )  # fmt: skip


def for_replicas_only(case: Case) -> Card | None:
    """MONITOR or PSYNC was said, and then something about keys."""
    return Card(
        _("This client only watches"),
        _("Who has said MONITOR (or, as replicas do, PSYNC) only receives; for commands about keys "
          "take another client."),
        (Try("RESET", _("ends it")),),
    )  # fmt: skip


def other_encoding(case: Case) -> Card | None:
    """DEBUG SDSLEN of a list."""
    return Card(
        _("The value has another encoding"),
        _("This part of DEBUG looks inside one encoding only."),
        (Try(f"OBJECT ENCODING {case.line(case.argv[2:3]) or 'key'}", _("which it is")),),
    )


def lcs_what(case: Case) -> Card | None:
    """LCS a b LEN IDX."""
    return Card(
        _("LEN or IDX, not both"),
        _("The reply of IDX has the length in it."),
        (Try(case.line([word for word in case.argv if word.upper() != b"LEN"])),),
    )


def too_much_work(case: Case) -> Card | None:
    """LCS of two long strings, XAUTOCLAIM with a huge COUNT."""
    return Card(
        _("That would take too much memory"),
        _("The server keeps a table for this command alone, and it would be too big. Shorter "
          "strings or a smaller COUNT will do."),
    )  # fmt: skip


def restore_extras(case: Case) -> Card | None:
    """RESTORE … FREQ 999, IDLETIME -1."""
    return Card(
        _("The value is out of range"),
        _("IDLETIME is seconds from 0 up, FREQ from 0 to 255: what eviction knows of the key."),
    )


def migrate_keys(case: Case) -> Card | None:
    """MIGRATE … key … KEYS."""
    return Card(
        _("Key or KEYS"),
        _('With KEYS at the end the single key is left empty: `""`.'),
        (Try('MIGRATE host 6379 "" 0 5000 KEYS key1 key2'),),
    )


def migrate_lost(case: Case) -> Card | None:
    """MIGRATE to a server that is not there, or says nothing."""
    return Card(
        _("The other server cannot be reached"),
        _("MIGRATE opens a connection to it and waits at most as many milliseconds as it was told. "
          "Keys that it has not confirmed are still here."),
        (Try("MIGRATE 127.0.0.1 6380 key 0 5000"),),
    )  # fmt: skip


def migrate_refused(case: Case) -> Card | None:
    """MIGRATE, and the target has an error to report."""
    return Card(
        _("The other server has refused"),
        _("Its own words stand behind the colon. BUSYKEY: the key is there already, and REPLACE "
          "overwrites it; NOAUTH: it wants AUTH password or AUTH2 user password. What it has not "
          "taken is still here."),
        (Try("MIGRATE 127.0.0.1 6380 key 0 5000 REPLACE"),),
    )  # fmt: skip


def no_event(case: Case) -> Card | None:
    """LATENCY GRAPH of something that never happened."""
    return Card(
        _("This event has not been measured"),
        _("The latency monitor keeps events that took longer than latency-monitor-threshold "
          "milliseconds; at 0 it keeps nothing."),
        (
            Try("LATENCY LATEST", _("events there are")),
            Try("CONFIG SET latency-monitor-threshold 1"),
        ),
    )  # fmt: skip


def how_many_slow(case: Case) -> Card | None:
    """SLOWLOG GET x."""
    return Card(
        _("How many entries?"),
        _("A number from 0 up; -1 is all of them."),
        (Try("SLOWLOG GET 10"), Try("SLOWLOG LEN", _("how many there are"))),
    )


def whose_keys(case: Case) -> Card | None:
    """COMMAND GETKEYS of words that make no command."""
    return Card(
        _("No keys can be found in that"),
        _("COMMAND GETKEYS takes a whole command with its arguments, as one would send it."),
        (Try("COMMAND GETKEYS SET key value"),),
    )


FAMILIES: Families = (
    (r"OOM ", out_of_memory),
    (r"ERR An LFU maxmemory policy is", lfu),
    (r"READONLY ", read_only),
    (r"LOADING ", loading),
    (r"MISCONF ", cannot_save),
    (r"(MASTERDOWN|NOREPLICAS) ", replication),
    (r"(MOVED|ASK|CROSSSLOT|CLUSTERDOWN|TRYAGAIN) ", cluster),
    (r"DENIED ", protected),
    (r"ERR \w+ command not allowed\. If", switched_off),
    (r"ERR The server is running without a config file", no_config_file),
    (r"ERR Rewriting config file", not_rewritten),
    (r"ERR This instance has cluster support disabled", no_cluster),
    (r"ERR This server has no links", no_links),
    (r"ERR This server keeps its data in memory", no_disk),
    (r"ERR Invalid master port", master_address),
    (r"ERR (FAILOVER requires|No failover in)", no_failover),
    (r"ERR FAILOVER timeout", failover_timeout),
    (r"ERR Error (loading the extension|unloading module)", module),
    (r"ERR No shutdown in progress", no_shutdown),
    (r"ERR Errors trying to SHUTDOWN", not_shut_down),
    (r"ERR Replica can't interact", for_replicas_only),
    (r"ERR Not an? \w+ encoded|ERR The value stored at the specified key is not", other_encoding),
    (r"ERR If you want both the length and indexes", lcs_what),
    (r"ERR Insufficient memory", too_much_work),
    (r"ERR Invalid (IDLETIME|FREQ) value", restore_extras),
    (r"ERR When using MIGRATE KEYS", migrate_keys),
    (r"IOERR ", migrate_lost),
    (r"ERR Target instance replied with error", migrate_refused),
    (r"ERR No samples available", no_event),
    (r"ERR count should be greater than or equal to -1", how_many_slow),
    (r"ERR (Invalid command|Invalid arguments|The command has no key)", whose_keys),
)
