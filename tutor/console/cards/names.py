"""Cards about names: commands and subcommands that do not exist, and the number of arguments."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tutor.console import commands
from tutor.console.cards.case import Card, Case, Families, Try, listed, shown
from tutor.console.reading import find_command
from tutor.console.signature import summary_of
from tutor.console.spelling import by_sound, foreign_letters, from_layout, nearest, with_latin
from tutor.engine.table import load_table
from tutor.engine.table.match import match
from tutor.i18n import _, ngettext

__all__ = ["FAMILIES"]

_SYNONYMS = {
    "delete": "DEL", "remove": "DEL", "rm": "DEL", "drop": "DEL", "insert": "SET", "put": "SET",
    "update": "SET", "store": "SET", "read": "GET", "fetch": "GET", "push": "RPUSH",
    "pop": "LPOP", "add": "SADD", "length": "STRLEN", "len": "LLEN", "hlength": "HLEN",
    "zlen": "ZCARD", "slen": "SCARD", "size": "DBSIZE", "count": "DBSIZE", "ls": "KEYS",
    "show": "KEYS", "use": "SELECT", "begin": "MULTI", "commit": "EXEC", "rollback": "DISCARD",
    "increment": "INCR", "decrement": "DECR", "members": "SMEMBERS",
}  # fmt: skip
"""Words of other systems and what Redis calls them."""

_PROMPT = re.compile(r"(\S*:\d+(\[\d+\])?(\(TX\))?>|redis(-cli)?>?|>+|\$)$", re.IGNORECASE)


def unknown_command(case: Case) -> Card | None:
    """What was meant by a name that no command has."""
    word = case.argv[0].decode("utf-8", "replace")
    for explain in (_cyrillic, _not_a_command, _not_here):
        card = explain(case, word)
        if card is not None:
            return card
    title = _("There is no command {word}").format(word=shown(case.argv[0]))
    known = [*load_table(), *(name for name in commands.names() if name.isalpha())]
    meant = [_SYNONYMS[word.lower()].lower()] if word.lower() in _SYNONYMS else []
    meant += [name for name in nearest(word, known) if name not in meant]
    if not meant:
        return Card(
            title,
            _("Redis does not know this name, and nothing like it either."),
            (Try("help", _("what there is")),),
        )
    return Card(title, _("Perhaps another name was meant."), tuple(_instead(case, meant)))


def _instead(case: Case, names: Iterable[str]) -> Iterable[Try]:
    for name in names:
        spec = load_table().get(name)
        why = summary_of(spec) if spec is not None else ""
        yield Try(case.with_word(0, name.upper() if spec is not None else name), why)


def _cyrillic(case: Case, word: str) -> Card | None:
    """Cyrillic letters: look-alikes, the other layout, a command written by ear."""
    if not re.search("[А-Яа-яЁёЅІЈԚԜѕіјԛԝ]", word):
        return None
    letters = foreign_letters(word)
    latin = with_latin(word)
    if letters and find_command(latin.encode()) is not None:
        listed = ", ".join(
            _("“{letter}” (letter {position}) instead of the Latin “{latin}”").format(
                letter=one.letter, position=one.position + 1, latin=one.latin
            )
            for one in letters
        )
        title = ngettext(
            "A Cyrillic letter in the command", "Cyrillic letters in the command", len(letters)
        )
        meaning = _(
            "In `{word}` there is a Cyrillic {listed}. They look the same, but to Redis they are "
            "different characters."
        ).format(word=word, listed=listed)
        return Card(title, meaning, (Try(case.with_word(0, latin)),))
    typed = from_layout(word)
    if find_command(typed.encode()) is not None:
        tries = [Try(case.with_word(0, typed))]
        if any(_is_cyrillic(arg) for arg in case.argv[1:]):
            words = [from_layout(arg.decode("utf-8", "replace")).encode() for arg in case.argv]
            tries = [Try(case.line(words), _("the whole line")),
                     Try(case.with_word(0, typed), _("only the command"))]  # fmt: skip
        meaning = _("The keys of `{word}` in the Latin layout give `{typed}`.")
        return Card(
            _("The Russian keyboard layout is on"),
            meaning.format(word=word, typed=typed),
            tuple(tries),
        )
    heard = by_sound(word)
    meaning = _(
        "The names of commands are written in Latin letters. Keys and values may be Cyrillic."
    )
    meant = [heard] if heard in load_table() else nearest(heard, load_table())
    return Card(_("A command in Cyrillic letters"), meaning, tuple(_instead(case, meant[:2])))


def _is_cyrillic(arg: bytes) -> bool:
    text = arg.decode("utf-8", "replace")
    return bool(re.search("[А-Яа-яЁё]", text)) and not re.search("[A-Za-z]", text)


def _not_a_command(case: Case, word: str) -> Card | None:
    """Comments, a pasted prompt, a whole line in quotes, JSON and the like."""
    if word.startswith(("#", "//", "--")):
        return Card(
            _("Redis has no comments"),
            _("The line was sent as it is, and its first word was taken for a command."),
        )
    if _PROMPT.match(word) and len(case.argv) > 1:
        rest = case.argv[1:]
        if word.lower() == "redis-cli":
            tries = () if rest[0].startswith(b"-") else (Try(case.line(rest)),)
            return Card(
                _("This is already the prompt of Redis"),
                _("redis-cli is a program of the shell; here only commands are typed."),
                tries,
            )
        return Card(
            _("The prompt was pasted with the command"),
            _("`{word}` is what stands before the cursor, not a part of the command.").format(
                word=word
            ),
            (Try(case.line(rest)),),
        )
    first, blank, _rest = word.partition(" ")
    if blank and find_command(first.encode()) is not None:
        return Card(
            _("The whole line is in quotes"),
            _("Quotes make one argument of everything inside, so Redis looked for a command named "
              "`{word}`.").format(word=shown(case.argv[0])),
            (Try(" ".join([word, *map(shown, case.argv[1:])])),),
        )  # fmt: skip
    return None


def _not_here(case: Case, word: str) -> Card | None:
    """A real command that this server does not have."""
    spec = load_table().get(word.lower())
    if spec is None or getattr(case.catalog, "embedded", True):
        return None
    meaning = _("`{name}` exists in Redis since version {since}; this server does not know it.")
    return Card(_("This server is older"), meaning.format(name=spec.name.upper(), since=spec.since))


def unknown_subcommand(case: Case) -> Card | None:
    """The subcommands that exist, the nearest one first."""
    container = find_command(case.argv[0])
    if container is None or len(case.argv) < 2:
        return None
    typed = case.argv[1].decode("utf-8", "replace")
    known = list(container.subcommands)
    listed = ", ".join(name.upper() for name in known if name != "help")
    title = _("{container} has no subcommand {word}").format(
        container=container.name.upper(), word=case.word(1)
    )
    meaning = _("There are: {listed}.").format(listed=listed) if listed else ""
    meant = nearest(with_latin(typed), known)
    tries = [Try(case.with_word(1, name.upper()), summary_of(container.subcommands[name]))
             for name in meant]  # fmt: skip
    help_line = f"{container.name.upper()} HELP"
    return Card(title, meaning, (*tries, Try(help_line, _("the server's own list"))))


def arity(case: Case) -> Card | None:
    """Too few or too many words: which one is missing, which one is too many."""
    fit = case.fit
    if fit is None:
        return None
    about = re.search(r"for '(.*?)' command", case.message)
    inner = case.place("command")
    if inner is not None and about is not None and about[1] != fit.spec.name:
        return arity(Case(case.argv[inner:], case.message, case.catalog))  # ACL DRYRUN and the like
    signature = case.signature
    help_try = Try(f"help {case.name}", _("what the arguments mean"))
    extra = next((at for at, word in enumerate(fit.words) if word.role == "extra"), None)
    if extra is not None:
        count = len(case.argv) - extra
        meaning = ngettext(
            "`{word}` is one word too many: `{signature}`.",
            "From `{word}` on there are {count} words too many: `{signature}`.",
            count,
        ).format(word=case.word(extra), count=count, signature=signature)
        tries = []
        if match(fit.spec, case.argv[:extra]).complete:
            tries.append(Try(case.line(case.argv[:extra]), _("without them")))
        if extra >= 2 and case.kind(extra - 1) not in ("command", "subcommand", "token"):
            joined = b" ".join(case.argv[extra - 1 :])
            line = case.line([*case.argv[: extra - 1], joined])
            tries.append(Try(line, _("if that is one word with spaces")))
        return Card(_("Too many arguments"), meaning, tuple(tries))
    due = case.due()
    missing = listed(due)
    if not due:
        meaning = _("`{name}` needs more words: `{signature}`.")
    elif len(case.argv) > 1:
        meaning = _("After `{word}` must come {missing}: `{signature}`.")
    else:
        meaning = _("`{name}` needs {missing}: `{signature}`.")
    meaning = meaning.format(
        word=case.word(-1), missing=missing, name=case.name, signature=signature
    )
    if any(word.argument is not None and word.argument.name in ("field", "score", "key")
           for word in fit.words[-1:]) and len(case.argv) > 3:  # fmt: skip
        meaning += " " + _("The words come in pairs; the last one has no partner.")
    return Card(_("An argument is missing"), meaning, (help_try,))


FAMILIES: Families = (
    (r"ERR unknown command ", unknown_command),
    (r"ERR [Uu]nknown subcommand", unknown_subcommand),
    (r"ERR wrong number of arguments for ", arity),
)
