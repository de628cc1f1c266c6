"""What a learner may do on the server of a class, rule by rule, with the reason of each."""

from __future__ import annotations

from tutor.course.classroom.roster import Learner

RULES: tuple[tuple[str, str], ...] = (
    ("~{id}:*", "keys under the learner's own name and no others"),
    ("&{id}:*", "channels likewise"),
    ("+@all", "every command is there to be tried"),
    ("-@admin", "configuration, users and replication are the instructor's"),
    ("-@dangerous", "KEYS, FLUSHALL, SWAPDB and their like are felt by all"),
    ("+info", "redis-cli and tutors ask for the version"),
    ("+sort", "dangerous only in what it may read: BY and GET still need the right to all keys"),
    ("+sort_ro", "the same"),
    ("-function", "libraries have no prefix: one FUNCTION FLUSH takes everybody's"),
    ("-script|flush", "the cache of scripts is everybody's"),
    ("-script|kill", "it ends whoever's script runs"),
    ("-client|tracking", "BCAST would tell the names of all keys that change"),
)
"""Names of keys may still be seen (SCAN, RANDOMKEY, DBSIZE); what they hold may not."""


def rules_of(learner: Learner, word: str) -> list[bytes]:
    """The words of ACL SETUSER: whatever the user had before is gone."""
    rules = (rule.format(id=learner.id) for rule, _reason in RULES)
    return [word.encode() for word in ("reset", "on", f">{word}", *rules)]


CLOSED = (b"off", b"resetpass")
"""For the default user: whoever is not logged in can do nothing, from wherever he comes. Without a
password that opens it protected mode does not turn other hosts away: they have to log in."""
