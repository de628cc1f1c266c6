"""Cards about arguments: options, numbers, ranges."""

from __future__ import annotations

import re

from tutor.console.cards.case import Card, Case, Try, listed
from tutor.console.lexer import quote
from tutor.console.spelling import foreign_letters, nearest, with_latin
from tutor.engine.table import Argument
from tutor.i18n import _

__all__ = [
    "anything_wrong",
    "bits",
    "cursor",
    "hash_not_a_number",
    "incompatible",
    "invalid_expire",
    "lex_range",
    "limit_without_by",
    "negative_count",
    "not_a_float",
    "not_an_integer",
    "not_finite",
    "not_positive",
    "numkeys",
    "out_of_range",
    "overflow",
    "rank_zero",
    "refused_directive",
    "score_range",
    "scores_by_lex",
    "sort_not_numbers",
    "syntax",
    "timeout",
    "unknown_directive",
    "zadd_incr",
]


# words that do not belong


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
    if case.kind(wrong) not in ("extra", "token"):
        return _bad_value(case, wrong) or Card(title, case.signature)
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
        return Card(_("The words do not fit together"), _help(case), _help_tries(case))
    if "numkeys" in case.signature and due == ["key"]:
        return numkeys(case)
    meaning = _("After `{word}` must come {missing}: `{signature}`.")
    return Card(
        _("The command is not finished"),
        meaning.format(word=case.word(-1), missing=listed(due), signature=case.signature),
        _help_tries(case),
    )


def _help(case: Case) -> str:
    return _("The syntax: `{signature}`.").format(signature=case.signature)


def _help_tries(case: Case) -> tuple[Try, ...]:
    return (Try(f"help {case.name}", _("all options")),)


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
        _help_tries(case),
    )  # fmt: skip


def zadd_incr(case: Case) -> Card | None:
    """ZADD … INCR with several members."""
    return Card(
        _("INCR takes one member"),
        _("With INCR, ZADD works as ZINCRBY: one score, one member, and the new score comes back."),
    )


# numbers


_FULL_INTEGER = re.compile(rb"0|-?[1-9][0-9]*")


def not_an_integer(case: Case) -> Card | None:
    """An argument, or the value of the key."""
    wrong = case.wrong
    if wrong is not None:
        found = _bad_value(case, wrong)
        if found is not None:
            return found
    if case.name in ("INCR", "DECR", "INCRBY", "DECRBY"):
        key = quote(case.named_keys()[0]) if case.named_keys() else "key"
        return Card(
            _("The value is not an integer"),
            _("`{name}` counts in strings that hold an integer, such as 10 or -3; the value of "
              "`{key}` is something else.").format(name=case.name, key=key),
            (
                Try(f"GET {key}", _("what is there")),
                Try(f"INCRBYFLOAT {key} 1", _("if it is a fraction")),
                Try(f"SET {key} 0", _("begin at zero")),
            ),
        )  # fmt: skip
    number = next((at for at, word in enumerate(case.argv) if at and _too_big(word)), None)
    if number is not None:
        return _too_big_card(case, number)
    return Card(_("Not an integer"), _help(case), _help_tries(case))


def _bad_value(case: Case, index: int) -> Card | None:
    """A word that cannot be read as the number it should be."""
    if case.fit is None:
        return None
    typed = case.fit.words[index]
    if typed.argument is None or typed.valid:
        return None
    word, text = case.word(index), case.argv[index].decode("utf-8", "replace")
    name = typed.argument.name
    if case.name == "ZADD" and name == "score" and index + 1 < len(case.argv):
        swapped = [*case.argv[:index], case.argv[index + 1], case.argv[index],
                   *case.argv[index + 2 :]]  # fmt: skip
        if re.fullmatch(rb"[-+]?[0-9.]+", case.argv[index + 1]):
            return Card(
                _("The score comes before the member"),
                _("ZADD takes pairs of score and member; {word} is not a number.").format(
                    word=word
                ),
                (Try(case.line(swapped)),),
            )
    if _too_big(case.argv[index]):
        return _too_big_card(case, index)
    title = _("{word} is not a number").format(word=word)
    if typed.role in ("integer", "unix-time"):
        meaning = _("`{argument}` must be an integer: digits, with a minus in front if need be.")
        tries: tuple[Try, ...] = ()
        if re.fullmatch(r"[-+]?\d+[.,]\d+", text):
            title = _("{word} is not an integer").format(word=word)
            tries = (Try(case.with_word(index, re.split("[.,]", text)[0]), _("without fraction")),)
        elif re.fullmatch(r"\+\d+|-?0+\d+", text):
            meaning = _(
                "`{argument}` must be an integer written plainly: no plus, no zeros in front."
            )
            tries = (Try(case.with_word(index, str(int(text)))),)
        elif re.fullmatch(r"[-+]?\d[\d_ ]*(ms|s|sec|m|min|h|d)", text, re.IGNORECASE):
            meaning = _("`{argument}` is a bare number, without a unit.")
            tries = (
                Try(
                    case.with_word(index, re.sub(r"\D", "", text)),
                ),
            )
        return Card(title, meaning.format(argument=name), tries)
    if "," in text and re.fullmatch(r"[-+]?\d+,\d+", text):
        return Card(
            title,
            _("The fraction is separated by a point, not by a comma."),
            (Try(case.with_word(index, text.replace(",", "."))),),
        )
    meaning = _("`{argument}` must be a number: 10, -1.5, 3e2, inf.")
    return Card(title, meaning.format(argument=name))


def _too_big(word: bytes) -> bool:
    return bool(_FULL_INTEGER.fullmatch(word)) and not -(2**63) <= int(word[:40]) < 2**63


def _too_big_card(case: Case, index: int) -> Card:
    return Card(
        _("The number is too big"),
        _("`{word}` does not fit into 64 bits: the largest integer is 9223372036854775807.").format(
            word=case.word(index)
        ),
    )


def not_positive(case: Case) -> Card | None:
    """LPOP key -1, SPOP key -1."""
    return Card(
        _("The number must be positive"), _("A count cannot be negative here. ") + _help(case)
    )


def out_of_range(case: Case) -> Card | None:
    """Integers outside the bounds of the command."""
    return Card(_("The number is out of range"), _help(case), _help_tries(case))


def not_a_float(case: Case) -> Card | None:
    """A score, an increment, or the value of the key."""
    wrong = case.wrong
    found = _bad_value(case, wrong) if wrong is not None else None
    if found is not None:
        return found
    key = quote(case.named_keys()[0]) if case.named_keys() else "key"
    if case.name == "INCRBYFLOAT":
        return Card(
            _("The value is not a number"),
            _("INCRBYFLOAT adds to a string that holds a number; the value of `{key}` is something "
              "else.").format(key=key),
            (Try(f"GET {key}", _("what is there")),),
        )  # fmt: skip
    return Card(_("Not a number"), _help(case), _help_tries(case))


def hash_not_a_number(case: Case) -> Card | None:
    """HINCRBY of a field that holds text."""
    words = [quote(word) for word in case.argv[1:3]]
    return Card(
        _("The value of the field is not a number"),
        _("`{name}` counts in fields that hold a number.").format(name=case.name),
        (
            Try("HGET " + " ".join(words), _("what is there")),
            Try("HSET " + " ".join(words) + " 0", _("begin at zero")),
        ),
    )


def overflow(case: Case) -> Card | None:
    """Beyond 64 bits, or NaN."""
    return Card(
        _("The result does not fit"),
        _("An integer has 64 bits: from -9223372036854775808 to 9223372036854775807; a float must "
          "stay finite. The value was left as it was."),
    )  # fmt: skip


def not_finite(case: Case) -> Card | None:
    """HINCRBYFLOAT h f inf."""
    return Card(_("The number must be finite"), _("Infinity and NaN cannot be added."))


def score_range(case: Case) -> Card | None:
    """ZRANGEBYSCORE z a b."""
    key = quote(case.argv[1]) if len(case.argv) > 1 else "key"
    return Card(
        _("A bound must be a score"),
        _("A bound is a number, -inf or +inf; a “(” in front leaves the number itself out."),
        (
            Try(f"{case.name} {key} -inf +inf", _("everything")),
            Try(f"{case.name} {key} (1 5", _("greater than 1, up to 5")),
        ),
    )


def lex_range(case: Case) -> Card | None:
    """ZRANGEBYLEX z a b."""
    key = quote(case.argv[1]) if len(case.argv) > 1 else "key"
    return Card(
        _("A bound must begin with [ or ("),
        _("In a range by name “[” takes the bound in and “(” leaves it out; - and + are the two "
          "ends."),
        (
            Try(f"{case.name} {key} - +", _("everything")),
            Try(f"{case.name} {key} [a (c", _("from a up to c, c left out")),
        ),
    )  # fmt: skip


def invalid_expire(case: Case) -> Card | None:
    """SET … EX 0."""
    meaning = _("A time to live must be greater than zero and not beyond all calendars.")
    if case.name.startswith(("EXPIRE", "PEXPIRE")):
        meaning = _("This time is beyond what 64 bits of milliseconds can hold.")
    tries: tuple[Try, ...] = ()
    if case.name == "SET" and case.named_keys():
        key = quote(case.named_keys()[0])
        tries = (Try(f"DEL {key}", _("if the key should go at once")),)
    return Card(_("The time to live is wrong"), meaning, tries)


def numkeys(case: Case) -> Card | None:
    """ZUNION 0, SINTERCARD 5 a."""
    return Card(
        _("The number of keys does not fit"),
        _("numkeys says how many keys follow it, and at least one must: `{signature}`.").format(
            signature=case.signature
        ),
        _help_tries(case),
    )


def negative_count(case: Case) -> Card | None:
    """COUNT -1, LIMIT -1."""
    return Card(_("The number must not be negative"), _help(case), _help_tries(case))


def rank_zero(case: Case) -> Card | None:
    """LPOS … RANK 0."""
    return Card(
        _("Ranks are counted from 1"),
        _("RANK 1 is the first match from the head, RANK -1 the first from the tail."),
    )


def timeout(case: Case) -> Card | None:
    """BLPOP key ten."""
    meaning = _(
        "`{name}` takes the number of seconds to wait, fractions allowed; 0 waits for ever."
    )
    last = len(case.argv) - 1
    tries = [Try(case.with_word(last, "5"), _("wait up to five seconds"))]
    if "float" in case.message:
        tries.append(Try(case.line([*case.argv, b"5"]), _("if the last word is a key")))
    ends_with_it = case.name not in ("BLMPOP", "BZMPOP")
    return Card(
        _("The last argument is a timeout") if ends_with_it else _("The timeout is wrong"),
        meaning.format(name=case.name),
        tuple(tries) if ends_with_it else _help_tries(case),
    )


def cursor(case: Case) -> Card | None:
    """SCAN abc."""
    return Card(
        _("A cursor is a number"),
        _("A walk begins with cursor 0 and goes on with the number that the last reply gave."),
        (Try("SCAN 0"),),
    )


def bits(case: Case) -> Card | None:
    """SETBIT k 0 2."""
    return Card(
        _("Bits are 0 or 1, offsets count from 0"),
        _("The offset is the number of a bit, below 2^32; BITOP NOT takes one source key."),
        _help_tries(case),
    )


def sort_not_numbers(case: Case) -> Card | None:
    """SORT of text without ALPHA."""
    return Card(
        _("The elements are not numbers"),
        _("SORT compares numbers unless ALPHA tells it to compare text."),
        (Try(case.line([*case.argv, b"ALPHA"])),),
    )


# configuration


def unknown_directive(case: Case) -> Card | None:
    """CONFIG SET with a name that does not exist."""
    known = case.catalog.parameters() if case.catalog is not None else []
    typed = [word.decode("utf-8", "replace").lower() for word in case.argv]
    places = range(2, len(typed), 2) if known else ()
    index = next((at for at in places if typed[at] not in known), None)
    if index is None:
        return Card(
            _("CONFIG SET takes pairs"),
            _("After each name stands its value: CONFIG SET name value [name value …]."),
        )
    word = typed[index]
    tries = [Try(case.with_word(index, name)) for name in nearest(word, known)]
    return Card(
        _("There is no setting {word}").format(word=case.word(index)),
        _("CONFIG GET with a pattern shows which there are."),
        (*tries, Try(f"CONFIG GET {quote(f'*{word}*'.encode())}", _("names with this in them"))),
    )


def refused_directive(case: Case) -> Card | None:
    """CONFIG SET with a value that the directive does not take."""
    reason = case.message.partition(" - ")[2]
    name = re.search(r"argument '([^']*)'", case.message)
    tries = (Try(f"CONFIG GET {name[1]}", _("the present value")),) if name else ()
    if "immutable" in reason:
        meaning = _("This setting can only be given when the server starts.")
    else:
        meaning = _("The server says: {reason}. Nothing was changed.").format(reason=reason)
    return Card(_("The value does not suit the setting"), meaning, tries)


def anything_wrong(case: Case) -> Card | None:
    """For errors without a card of their own: a word that the signature does not allow."""
    wrong = case.wrong
    return _bad_value(case, wrong) if wrong is not None else None
