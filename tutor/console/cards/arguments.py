"""Cards about options: words that do not belong where they stand."""

from __future__ import annotations

from tutor.console.cards.case import Card, Case, Families, Try, help_of, help_tries, listed
from tutor.console.cards.numbers import bad_value, numkeys
from tutor.console.spelling import foreign_letters, nearest, with_latin
from tutor.engine.table import Argument
from tutor.i18n import _

__all__ = ["FAMILIES"]


def syntax(case: Case) -> Card | None:
    """The word that cannot stand where it stands."""
    comment = next((at for at, word in enumerate(case.argv) if at and word[:1] == b"#"), None)
    if comment is not None and comment < len(case.argv) - 1:
        return Card(
            _("Redis has no comments"),
            _("What stands after # was sent as arguments too."),
            (Try(case.line(case.argv[:comment]), _("without it")),),
        )
    wrong = case.wrong
    if wrong is None:
        return _unfinished(case)
    word = case.word(wrong)
    title = _("{word} does not fit here").format(word=word)
    if case.kind(wrong) not in ("extra", "token") and not _is_option(case, case.argv[wrong]):
        return bad_value(case, wrong) or Card(title, case.signature)
    tries: list[Try] = []
    if _is_option(case, case.argv[wrong]):
        meaning = _("`{word}` does not go together with the words before it: `{signature}`.")
    else:
        meaning = _("`{name}` does not know such an option at this place: `{signature}`.")
        tries += [Try(case.with_word(wrong, token)) for token in _meant(case, wrong)]
        if not tries and case.kind(wrong - 1) in ("string", "pattern"):
            joined = case.line(_joined(case, wrong))
            tries.append(Try(joined, _("one value with spaces, in quotes")))
    meaning = meaning.format(word=word.upper(), name=case.name, signature=case.signature)
    tries.append(Try(f"help {case.name}", _("all options")))
    return Card(title, meaning, tuple(tries))


def _unfinished(case: Case) -> Card | None:
    due = case.due()
    if not due:
        return Card(_("The words do not fit together"), help_of(case), help_tries(case))
    if "numkeys" in case.signature and due == ["key"]:
        return numkeys(case)
    meaning = _("After `{word}` must come {missing}: `{signature}`.")
    return Card(
        _("The command is not finished"),
        meaning.format(word=case.word(-1), missing=listed(due), signature=case.signature),
        help_tries(case),
    )


def _tokens(case: Case) -> list[str]:
    """Every literal word of the command's signature."""
    found: list[str] = []
    waiting = list(case.spec.signature) if case.spec is not None else []
    while waiting:
        argument: Argument = waiting.pop(0)
        if argument.token:
            found.append(argument.token.upper())
        waiting += argument.arguments
    return found


def _is_option(case: Case, word: bytes) -> bool:
    return word.decode("latin-1").upper() in _tokens(case)


def _meant(case: Case, wrong: int) -> list[str]:
    """Options that a word may be a slip for, look-alike letters included."""
    word = case.argv[wrong].decode("utf-8", "replace")
    tokens = _tokens(case)
    if foreign_letters(word) and with_latin(word).upper() in tokens:
        return [with_latin(word)]
    near = nearest(word, [token.lower() for token in tokens])
    if not word.islower():
        near = [token.upper() for token in near]
    return [token for token in near if case.would_fit(wrong, token.encode())]


def _joined(case: Case, wrong: int) -> list[bytes]:
    """The command with the words from the one before the wrong one up to an option as one."""
    end = wrong
    while end < len(case.argv) and not _is_option(case, case.argv[end]):
        end += 1
    return [*case.argv[: wrong - 1], b" ".join(case.argv[wrong - 1 : end]), *case.argv[end:]]


def limit_without_by(case: Case) -> Card | None:
    """ZRANGE … LIMIT without BYSCORE."""
    return Card(
        _("LIMIT needs BYSCORE or BYLEX"),
        _("Without them ZRANGE counts positions, and its two numbers are the limits already."),
        (Try(case.line([*case.argv, b"BYSCORE"]), _("if a range of scores is meant")),),
    )


def scores_by_lex(case: Case) -> Card | None:
    """ZRANGE … BYLEX WITHSCORES."""
    return Card(
        _("WITHSCORES does not go with BYLEX"),
        _("A range by name makes sense only where all scores are equal."),
        (Try(case.line([word for word in case.argv if word.upper() != b"WITHSCORES"])),),
    )


def incompatible(case: Case) -> Card | None:
    """NX XX, GT LT."""
    return Card(
        _("The options contradict each other"),
        _("NX: only if there is nothing yet. XX: only if there is. GT, LT: only if the new value "
          "is greater, less. NX goes with none of the others, GT not with LT."),
        help_tries(case),
    )  # fmt: skip


def zadd_incr(case: Case) -> Card | None:
    """ZADD … INCR with several members."""
    return Card(
        _("INCR takes one member"),
        _("With INCR, ZADD works as ZINCRBY: one score, one member, and the new score comes back."),
    )


FAMILIES: Families = (
    (r"ERR syntax error, LIMIT is only", limit_without_by),
    (r"ERR syntax error, WITHSCORES", scores_by_lex),
    (r"ERR syntax error$|ERR Unsupported option ", syntax),
    (r"ERR (NX and XX|XX and NX|GT and LT|GT, LT,)", incompatible),
    (r"ERR INCR option supports a single", zadd_incr),
)
