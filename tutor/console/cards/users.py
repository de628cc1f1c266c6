"""Cards about users: logging in, what one may do, and the rules of ACL SETUSER."""

from __future__ import annotations

import re

from tutor.console.cards.case import Card, Case, Families, Try, alike, help_tries, several, shown
from tutor.console.lexer import quote
from tutor.engine.table import CATEGORY_ORDER, load_table
from tutor.i18n import _

__all__ = ["FAMILIES"]


# logging in


def login_first(case: Case) -> Card | None:
    """NOAUTH."""
    return Card(
        _("The server wants a password"),
        _("Before anything else the session has to log in. The line with the password is not kept "
          "in the history."),
        (Try("AUTH password"), Try("AUTH user password", _("a user of the ACL"))),
    )  # fmt: skip


def wrong_password(case: Case) -> Card | None:
    """WRONGPASS."""
    return Card(
        _("The login was refused"),
        _("The user name or the password is wrong, or the user is switched off. For security the "
          "server does not say which."),
    )  # fmt: skip


def no_password_set(case: Case) -> Card | None:
    """AUTH on a server without a password."""
    return Card(
        _("No password is needed"),
        _("The default user of this server has no password: AUTH has nothing to check."),
    )


def hello_word(case: Case) -> Card | None:
    """HELLO 3 FOO."""
    return Card(
        _("HELLO knows AUTH and SETNAME"),
        _("`{signature}`; the version of the protocol is 2 or 3.").format(signature=case.signature),
        (Try("HELLO 3"), Try("HELLO 3 AUTH user password")),
    )


def protocol(case: Case) -> Card | None:
    """HELLO 4."""
    return Card(
        _("There are two versions of the protocol"),
        _("RESP2 is what clients begin with; RESP3 tells maps, sets and doubles apart."),
        (Try("HELLO 2"), Try("HELLO 3")),
    )


# permissions


def no_permission(case: Case) -> Card | None:
    """NOPERM: the command, a key or a channel."""
    me = case.named("me")
    user = quote(me[0]) if me else "user"
    rule, meaning = _denied(case)
    if "ACLs rules changed" in case.message:
        meaning = _("When the commands were queued it was allowed; by EXEC the rules had changed.")
    tries: tuple[Try, ...] = (Try("ACL WHOAMI", _("who you are")),)
    if rule:
        tries = (
            Try(f"ACL SETUSER {user} {rule}", _("what somebody with the rights has to say")),
            *tries,
            Try("AUTH user password", _("log in as somebody else")),
        )
    return Card(_("The rights of this user do not suffice"), meaning, tries)


def sort_reads_any_key(case: Case) -> Card | None:
    """SORT's BY and GET by a user who may not read all keys."""
    me = case.named("me")
    user = quote(me[0]) if me else "user"
    return Card(
        _("BY and GET need the right to read every key"),
        _("Which keys a pattern of SORT leads to is known only while it runs, so Redis lets only "
          "those use it who may read all keys."),
        (
            Try("ACL WHOAMI", _("who you are")),
            Try(f"ACL SETUSER {user} %R~*", _("what somebody with the rights has to say")),
        ),
    )  # fmt: skip


def _denied(case: Case) -> tuple[str, str]:
    """The rule that would allow it, and what is not allowed, in words."""
    me = case.named("me")
    who = f"`{shown(me[0])}`" if me else _("This user")
    command = re.search(r"'(.*?)' command", case.message)
    if command is not None:
        meaning = _("{user} may not use the command {command}.")
        return f"+{command[1]}", meaning.format(
            user=who, command=f"`{command[1].upper().replace('|', ' ')}`"
        )
    word = case.catalog.denied(case.argv) if case.catalog is not None else None
    channel = "channels" in case.message
    if word is None:
        if channel:
            return "", _("{user} may not use one of these channels.").format(user=who)
        keys = case.named_keys()
        if len(keys) != 1:
            return "", _("{user} may not use one of these keys.").format(user=who)
        word = keys[0]
    if channel:
        meaning = _("{user} may not use the channel `{word}`.")
        return f"&{quote(word)}", meaning.format(user=who, word=shown(word))
    meaning = _("{user} may not use the key `{word}` in this way.")
    return f"~{quote(word)}", meaning.format(user=who, word=shown(word))


# ACL SETUSER


def rule(case: Case) -> Card | None:
    """A rule that does not apply."""
    found = re.search(r"modifier '(.*?)': (.*)", case.message, re.DOTALL)
    if found is None:
        return None
    word, why = found[1], found[2]
    at = next((at for at, one in enumerate(case.argv)
               if at > 2 and one.decode("utf-8", "surrogateescape") == word), None)  # fmt: skip
    for beginning, explain in _REASONS:
        if why.startswith(beginning):
            return explain(case, word, at)
    return _not_a_rule(case, word, at)


def _not_a_rule(case: Case, word: str, at: int | None) -> Card:
    title = _("{word} is not a rule").format(word=_plain(word))
    meaning = _("Rules: `on`, `off`, `>password`, `nopass`, `+get`, `-get`, `+@read`, `~pattern` "
                "(of keys), `&pattern` (of channels), `%R~pattern`, `allkeys`, `allcommands`, "
                "`reset`.")  # fmt: skip
    tries: tuple[Try, ...] = ()
    if at is not None and word.lower() in load_table():
        tries = (Try(case.with_word(at, f"+{word.lower()}"), _("allow the command")),)
    elif at is not None and word.startswith("@"):
        tries = (Try(case.with_word(at, f"+{word}"), _("allow the category")),)
    return Card(title, meaning, tries)


def _unknown_command(case: Case, word: str, at: int | None) -> Card:
    name = word.lstrip("+-").lower()
    sign = word[:1]
    if name.startswith("@"):
        title = _("There is no category {word}").format(word=_plain(name))
        near = alike(name[1:].encode(), [one.encode() for one in CATEGORY_ORDER])
        meant = [f"{sign}@{one.decode()}" for one in near]
        more = [Try("ACL CAT", _("all categories"))]
    else:
        title = _("There is no command {word}").format(word=_plain(name))
        first, _bar, sub = name.partition("|")
        spec = load_table().get(first)
        if spec is not None and sub:
            near = alike(sub.encode(), [one.encode() for one in spec.subcommands])
            meant = [f"{sign}{first}|{one.decode()}" for one in near] or [f"{sign}{first}"]
        else:
            near = alike(name.encode(), [one.encode() for one in load_table()])
            meant = [f"{sign}{one.decode()}" for one in near]
        more = []
    meaning = _("Behind + and - stands a command (`+get`, `+config|get`) or a category (`+@read`).")
    tries = [Try(case.with_word(at, one)) for one in meant] if at is not None else []
    return Card(title, meaning, (*tries, *more))


def _everything_already(case: Case, word: str, at: int | None) -> Card:
    channels = word.startswith("&")
    reset = "resetchannels" if channels else "resetkeys"
    tries: tuple[Try, ...] = ()
    if at is not None:
        tries = (Try(case.line([*case.argv[:at], reset.encode(), *case.argv[at:]])),)
    if channels:
        meaning = _("The user may use every channel (`allchannels`): a pattern adds nothing.")
    else:
        meaning = _("The user may use every key (`allkeys`): a pattern adds nothing.")
    return Card(_("Everything is allowed already"), meaning, tries)


def _hash(case: Case, word: str, at: int | None) -> Card:
    return Card(
        _("Not the hash of a password"),
        _("`#` takes the SHA-256 of a password, 64 hexadecimal digits in small letters; `>` takes "
          "the password itself."),
        (Try(case.with_word(at, f">{word[1:]}")),) if at is not None else (),
    )  # fmt: skip


def _no_such_password(case: Case, word: str, at: int | None) -> Card:
    return Card(
        _("The user has no such password"),
        _("`<password` takes a password away that the user has; `resetpass` takes all away."),
        (Try(case.with_word(at, "resetpass")),) if at is not None else (),
    )


_REASONS = (
    ("Unknown command", _unknown_command),
    ("Adding a pattern after", _everything_already),
    ("The password hash", _hash),
    ("The password you are trying", _no_such_password),
)


def _plain(word: str) -> str:
    return shown(word.encode("utf-8", "surrogateescape"))


def unmatched(case: Case) -> Card | None:
    """(+get without its end."""
    return Card(
        _("A parenthesis is not closed"),
        _("A selector stands in parentheses, as several words or as one: `(+get ~a*)`. The closing "
          "one ends its last word."),
        (Try(case.line([*case.argv[:-1], case.argv[-1] + b")"])),),
    )  # fmt: skip


def user_name(case: Case) -> Card | None:
    """ACL SETUSER "a b"."""
    return Card(
        _("A user's name is one word"),
        _("No blanks in it: rules and names are written in one line, also in the file of users."),
    )


def default_stays(case: Case) -> Card | None:
    """ACL DELUSER default."""
    return Card(
        _("The user default stays"),
        _("Who has not logged in is default. It can be given a password, or be switched off."),
        (Try("ACL SETUSER default off", _("nobody gets in without a login")),),
    )


def no_such_user(case: Case) -> Card | None:
    """ACL DRYRUN, CLIENT KILL USER of somebody who is not there."""
    name = case.value("username") or b""
    known = case.named("user")
    at = case.place("username")
    tries = [Try(case.with_word(at, one.decode())) for one in alike(name, known)] if at else []
    meaning = _("Users: {users}.").format(users=several(known)) if known else ""
    title = _("There is no user {word}").format(word=shown(name))
    return Card(title, meaning, (*tries, Try("ACL LIST", _("users and their rights"))))


def no_such_command(case: Case) -> Card | None:
    """ACL DRYRUN user nope."""
    name = case.value("command") or b""
    at = case.place("command")
    near = alike(name, [one.encode() for one in load_table()])
    return Card(
        _("There is no command {word}").format(word=shown(name)),
        _("ACL DRYRUN says whether a user may carry out a command, and does not carry it out."),
        tuple(Try(case.with_word(at, one.decode().upper())) for one in near) if at else (),
    )


def no_such_category(case: Case) -> Card | None:
    """ACL CAT foo."""
    name = (case.value("categoryname") or b"").lstrip(b"@")
    near = alike(name, [one.encode() for one in CATEGORY_ORDER])
    return Card(
        _("There is no category {word}").format(word=shown(name)),
        _("Categories group commands by what they do: `read`, `write`, `string`, `dangerous`, …"),
        (*(Try(f"ACL CAT {one.decode()}") for one in near), Try("ACL CAT", _("all categories"))),
    )


def password_length(case: Case) -> Card | None:
    """ACL GENPASS 9999."""
    return Card(
        _("From 1 to 4096 bits"),
        _("Each hexadecimal digit of the password holds 4 bits; without a number there are 256."),
        (Try("ACL GENPASS"),),
    )


def no_file(case: Case) -> Card | None:
    """ACL SAVE, ACL LOAD without aclfile."""
    return Card(
        _("Users have no file here"),
        _("The server has no aclfile. Users made with ACL SETUSER live until it ends."),
        (Try("ACL LIST", _("rules to copy into a file")),),
    )


def bad_file(case: Case) -> Card | None:
    """ACL SAVE failed, or ACL LOAD found something."""
    if "trying to save" in case.message:
        return Card(
            _("The file of users was not written"),
            _("The server may not write it, or the disk is full; its log says why."),
        )
    return Card(
        _("The file of users is not right"),
        _(
            "The server says where; until every line is right none counts, and users stay as they "
            "are."
        ),
        help_tries(case),
    )


FAMILIES: Families = (
    (r"NOAUTH ", login_first),
    (r"WRONGPASS |ERR invalid password", wrong_password),
    (r"ERR AUTH <password> called without", no_password_set),
    (r"ERR Syntax error in HELLO", hello_word),
    (r"NOPROTO |ERR Protocol version is not", protocol),
    (r"NOPERM ", no_permission),
    (r"ERR (BY|GET) option of SORT denied due to insufficient ACL", sort_reads_any_key),
    (r"ERR Error in ACL SETUSER modifier", rule),
    (r"ERR Unmatched parenthesis in acl", unmatched),
    (r"ERR Usernames can't contain", user_name),
    (r"ERR The 'default' user cannot", default_stays),
    (r"ERR (User '.*' not found|No such user)", no_such_user),
    (r"ERR Command '.*' not found", no_such_command),
    (r"ERR Unknown category", no_such_category),
    (r"ERR ACL GENPASS argument", password_length),
    (r"ERR This Redis instance is not configured to use an ACL", no_file),
    (r"ERR (There was an error trying to save the ACLs|.*:\d+: )", bad_file),
)
