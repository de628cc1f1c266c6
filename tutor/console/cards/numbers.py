"""Cards about numbers: integers, floats, bounds, counts, times."""

from __future__ import annotations

import re

from tutor.console.cards.case import Card, Case, Families, Try, help_of, help_tries
from tutor.console.lexer import quote
from tutor.i18n import _

__all__ = ["FAMILIES", "anything_wrong", "bad_value"]


_FULL_INTEGER = re.compile(rb"0|-?[1-9][0-9]*")


def not_an_integer(case: Case) -> Card | None:
    """An argument, or the value of the key."""
    wrong = case.wrong
    if wrong is not None:
        found = bad_value(case, wrong)
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
    return Card(_("Not an integer"), help_of(case), help_tries(case))


def bad_value(case: Case, index: int) -> Card | None:
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
    if typed.role not in ("double", "score-bound"):
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
        _("The number must be positive"), _("A count cannot be negative here. ") + help_of(case)
    )


def out_of_range(case: Case) -> Card | None:
    """Integers outside the bounds of the command."""
    return Card(_("The number is out of range"), help_of(case), help_tries(case))


def not_a_float(case: Case) -> Card | None:
    """A score, an increment, or the value of the key."""
    wrong = case.wrong
    found = bad_value(case, wrong) if wrong is not None else None
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
    return Card(_("Not a number"), help_of(case), help_tries(case))


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
        help_tries(case),
    )


def negative_count(case: Case) -> Card | None:
    """COUNT -1, LIMIT -1."""
    return Card(_("The number must not be negative"), help_of(case), help_tries(case))


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
    if "negative" in case.message and case.name in ("XREAD", "XREADGROUP", "CLIENT PAUSE"):
        return negative_count(case)
    last = len(case.argv) - 1
    tries = [Try(case.with_word(last, "5"), _("wait up to five seconds"))]
    if "float" in case.message:
        tries.append(Try(case.line([*case.argv, b"5"]), _("if the last word is a key")))
    ends_with_it = case.name not in ("BLMPOP", "BZMPOP")
    return Card(
        _("The last argument is a timeout") if ends_with_it else _("The timeout is wrong"),
        meaning.format(name=case.name),
        tuple(tries) if ends_with_it else help_tries(case),
    )


def cursor(case: Case) -> Card | None:
    """SCAN abc."""
    return Card(
        _("A cursor is a number"),
        _("A walk begins with cursor 0 and goes on with the number that the last reply gave."),
        (Try("SCAN 0"),),
    )


def sort_not_numbers(case: Case) -> Card | None:
    """SORT of text without ALPHA."""
    return Card(
        _("The elements are not numbers"),
        _("SORT compares numbers unless ALPHA tells it to compare text."),
        (Try(case.line([*case.argv, b"ALPHA"])),),
    )


def anything_wrong(case: Case) -> Card | None:
    """For errors without a card of their own: a word that the signature does not allow."""
    wrong = case.wrong
    return bad_value(case, wrong) if wrong is not None else None


FAMILIES: Families = (
    (r"ERR value is not an integer or out of range", not_an_integer),
    (r"ERR value is out of range, must be positive", not_positive),
    (r"ERR value is out of range", out_of_range),
    (r"ERR (value is not a valid float|weight value is not a float)", not_a_float),
    (r"ERR min or max is not a float", score_range),
    (r"ERR min or max not valid string range item", lex_range),
    (r"ERR hash value is not ", hash_not_a_number),
    (r"ERR (in|de)crement.* would |ERR resulting score", overflow),
    (r"ERR value is NaN or Infinity", not_finite),
    (r"ERR invalid expire time|ERR Invalid TTL", invalid_expire),
    (r"ERR (numkeys|at least 1 input key|Number of keys can't)", numkeys),
    (r"ERR (count should be greater than 0|COUNT can't|LIMIT can't|MAXLEN can't)", negative_count),
    (r"ERR The (MAXLEN|LIMIT) argument must", negative_count),
    (r"ERR RANK can't be zero", rank_zero),
    (r"ERR timeout is ", timeout),
    (r"ERR invalid cursor", cursor),
    (r"ERR One or more scores can't be converted", sort_not_numbers),
)
