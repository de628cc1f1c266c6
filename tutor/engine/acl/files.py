"""Users in files: the ``user`` lines of redis.conf, and the ACL file (redis 7.0, acl.c).

Text in, users or the words of Redis's complaint out; reading and writing is the host's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tutor.engine.acl.accounts import DEFAULT, Acl
from tutor.engine.acl.selector import UNKNOWN_COMMAND, BadRule, c_string, has_spaces
from tutor.engine.acl.user import Rights, User, merged

_DUPLICATE = "Duplicate user found. A user can only be defined once in config files"
_NOTHING_CHANGED = (
    "WARNING: ACL errors detected, no change to the previously active ACL rules was performed"
)
_BLANKS = b" \t\r\n"


# redis.conf


def check_user_line(
    users: Sequence[Sequence[bytes]], words: Sequence[bytes]
) -> tuple[int, str] | None:
    """What is wrong with a ``user`` line: the index of the word that Redis blames, and why.

    ``users`` are the earlier lines, each a name and rules; ``words`` begin with ``user``. Unknown
    commands are no fault yet, a module could bring them. Redis counts from a wrong beginning and
    so mostly blames another word than the one that is wrong.
    """
    if any(name == words[1] for name, *_ in users):
        return 1, _DUPLICATE
    rules = merged(words[2:])
    if isinstance(rules, int):
        return rules, UNKNOWN_COMMAND
    rights = Rights()
    for at, rule in enumerate(rules):
        try:
            rights.apply(rule, False)
        except BadRule as bad:
            if str(bad) != UNKNOWN_COMMAND:
                return at, str(bad)
    return None


def load_config_users(acl: Acl, users: Iterable[Sequence[bytes]]) -> str | None:
    """Put the users of redis.conf in force, each a name and rules that `check_user_line` let pass.

    Returns None, or what the log says before the server gives up. The default user loses what he
    was allowed before.
    """
    for name, *rules in users:
        if has_spaces(name):
            return "Spaces not allowed in ACL usernames"
        rights = Rights(acl.open_channels)
        if name == DEFAULT:
            rights.apply(b"reset", acl.open_channels)
        words = merged(rules)
        assert not isinstance(words, int), "check_user_line lets no open parenthesis pass"
        for rule in words:
            try:
                rights.apply(rule, acl.open_channels)
            except BadRule as bad:
                return (
                    f"Error loading ACL rule '{_text(rule)}' for the user named '{_text(name)}':"
                    f" {bad}"
                )
        acl.users.setdefault(name, User(name, rights)).grant(rights)
        if not rights.enabled and acl.engine.host is not None:
            acl.engine.host.log(
                "notice",
                f"The user '{_text(name)}' is disabled (there is no 'on' modifier in the user"
                " description). Make sure this is not a configuration error.",
            )
    return None


# the ACL file


def load_file(acl: Acl, path: str) -> str | None:
    """ACL LOAD: read a file and put its users in the place of all others.

    Returns None, or the text of everything that is wrong; then nothing has changed.
    """
    host = acl.engine.host
    assert host is not None, "without a host there is no ACL file"
    try:
        text = host.read_text(path)
    except OSError as error:
        return f"Error loading ACLs, opening file '{path}': {error.strerror}"
    return load_text(acl, text.encode("utf-8", "surrogateescape"), path)


def load_text(acl: Acl, text: bytes, path: str) -> str | None:
    """`load_file` for a text; ``path`` is only named in complaints."""
    users: dict[bytes, Rights] = {}
    faults = [
        fault
        for number, line in enumerate(_lines(text), 1)
        for fault in _load_line(acl, line, number, path, users)
    ]
    if faults:
        return "".join(faults) + _NOTHING_CHANGED
    acl.replace_users(users)
    return None


def save_text(acl: Acl) -> bytes:
    """The ACL file that leads to the present users, by name."""
    return b"".join(user.describe() + b"\n" for user in acl.sorted_users())


def _lines(text: bytes) -> list[bytes]:
    """A NUL hides the rest of its line, the line's end included."""
    whole = b"".join(c_string(line) for line in text.splitlines(keepends=True))
    return whole.split(b"\n")


def _load_line(
    acl: Acl, line: bytes, number: int, path: str, users: dict[bytes, Rights]
) -> Iterator[str]:
    """Add the user of one line to ``users``; gives what is wrong with it."""
    line = line.strip(_BLANKS)
    if not line:
        return
    words = line.split(b" ")
    if words[0] != b"user" or len(words) < 2:
        yield f"{path}:{number} should start with user keyword followed by the username. "
        return
    name = words[1]
    if has_spaces(name):
        yield f"'{path}:{number}: username '{_text(name)}' contains invalid characters. "
        return
    if name in users:
        yield f"WARNING: Duplicate user '{_text(name)}' found on line {number}. "
        return
    rights = users[name] = Rights(acl.open_channels)
    rules = merged(words[2:])
    if isinstance(rules, int):
        yield f"{path}:{number}: Unmatched parenthesis in selector definition."
        return
    yield from _apply_rules(acl, rights, rules, f"{path}:{number}")


def _apply_rules(acl: Acl, rights: Rights, rules: list[bytes], place: str) -> Iterator[str]:
    """Every unknown command is named, but only the first of the other faults."""
    faulty = False
    for rule in rules:
        rule = rule.strip(b"\t\r\n")
        try:
            rights.apply(rule, acl.open_channels)
        except BadRule as bad:
            if str(bad) == UNKNOWN_COMMAND:
                yield f"{place}: Error in applying operation '{_text(rule)}': {bad}. "
            elif not faulty:
                faulty = True
                yield f"{place}: {bad}. "


def _text(word: bytes) -> str:
    return c_string(word).decode("utf-8", "surrogateescape")
