"""What an error means and what to try, in the learner's language.

A card is looked up by the error's text: `_FAMILIES` says which texts belong together. A family is a
function of a `Case` (the command, the error, what exists) that returns a card, or None if it has
nothing to add.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Sequence
from functools import cache

from tutor.console.backend import Catalog
from tutor.console.cards import arguments, keys, names, server, sessions
from tutor.console.cards.case import Card, Case, Try
from tutor.console.cards.quotes import quoting_card
from tutor.console.render import Line
from tutor.engine.replies import ReplyError
from tutor.i18n import _

__all__ = ["Card", "Try", "card", "card_lines", "quoting_card"]

_FAMILIES: tuple[tuple[str, Callable[[Case], Card | None]], ...] = (
    (r"ERR unknown command ", names.unknown_command),
    (r"ERR [Uu]nknown subcommand", names.unknown_subcommand),
    (r"ERR wrong number of arguments for ", names.arity),
    (r"ERR syntax error$", arguments.syntax),
    (r"ERR syntax error, LIMIT", arguments.limit_without_by),
    (r"ERR syntax error, WITHSCORES", arguments.scores_by_lex),
    (r"ERR value is not an integer or out of range", arguments.not_an_integer),
    (r"ERR value is out of range, must be positive", arguments.not_positive),
    (r"ERR value is out of range", arguments.out_of_range),
    (r"ERR (value is not a valid float|weight value is not a float)", arguments.not_a_float),
    (r"ERR min or max is not a float", arguments.score_range),
    (r"ERR min or max not valid string range item", arguments.lex_range),
    (r"ERR hash value is not ", arguments.hash_not_a_number),
    (r"ERR (in|de)crement.* would |ERR resulting score", arguments.overflow),
    (r"ERR value is NaN or Infinity", arguments.not_finite),
    (r"ERR invalid expire time|ERR Invalid TTL", arguments.invalid_expire),
    (r"ERR .* options? at the same time are not compatible", arguments.incompatible),
    (r"ERR GT, LT, and/or NX options", arguments.incompatible),
    (r"ERR INCR option supports a single", arguments.zadd_incr),
    (r"ERR Unsupported option ", arguments.syntax),
    (r"ERR (numkeys|at least 1 input key|Number of keys can't)", arguments.numkeys),
    (r"ERR (count should be|COUNT can't|LIMIT can't|MAXLEN can't)", arguments.negative_count),
    (r"ERR RANK can't be zero", arguments.rank_zero),
    (r"ERR timeout is ", arguments.timeout),
    (r"ERR invalid cursor", arguments.cursor),
    (r"ERR bit |ERR BITOP NOT", arguments.bits),
    (r"ERR One or more scores can't be converted", arguments.sort_not_numbers),
    (r"ERR Unknown option or number of arguments for CONFIG SET", arguments.unknown_directive),
    (r"ERR CONFIG SET failed", arguments.refused_directive),
    (r"WRONGTYPE .*HyperLogLog", keys.not_a_hyperloglog),
    (r"WRONGTYPE |ERR The specified keys must contain string", keys.wrong_type),
    (r"ERR no such key|ERR The key doesn't exist", keys.no_such_key),
    (r"ERR (index|offset is) out of range", keys.index_out_of_range),
    (r"ERR string exceeds maximum allowed size", keys.too_long),
    (r"ERR source and destination objects are the same", keys.same_object),
    (r"BUSYKEY ", keys.busy_key),
    (r"ERR (DUMP payload version|Bad data format)", keys.bad_payload),
    (r"ERR (DB index is out of range|invalid (first|second) DB index|Out of range database)",
     sessions.no_such_database),
    (r"EXECABORT ", sessions.exec_abort),
    (r"ERR MULTI calls can not be nested", sessions.nested_multi),
    (r"ERR (EXEC|DISCARD) without MULTI", sessions.without_multi),
    (r"ERR WATCH inside MULTI", sessions.watch_in_multi),
    (r"ERR Command not allowed inside a transaction", sessions.not_in_multi),
    (r"NOAUTH ", sessions.login_first),
    (r"WRONGPASS |ERR invalid password", sessions.wrong_password),
    (r"ERR AUTH <password> called without", sessions.no_password_set),
    (r"NOPERM ", sessions.no_permission),
    (r"NOPROTO |ERR Protocol version is not", sessions.protocol),
    (r"ERR Client names cannot contain", sessions.client_name),
    (r"OOM ", server.out_of_memory),
    (r"ERR An LFU maxmemory policy is", server.lfu),
    (r"READONLY ", server.read_only),
    (r"LOADING ", server.loading),
    (r"MISCONF ", server.cannot_save),
    (r"(MASTERDOWN|NOREPLICAS) ", server.replication),
    (r"BUSY ", server.busy),
    (r"(MOVED|ASK|CROSSSLOT|CLUSTERDOWN|TRYAGAIN) ", server.cluster),
    (r"DENIED ", server.protected),
    (r"NOSCRIPT ", server.no_script),
    (r"UNBLOCKED ", server.unblocked),
    (r"ERR DEBUG command not allowed", server.debug_not_allowed),
    (r"ERR The server is running without a config file", server.no_config_file),
)  # fmt: skip


def card(
    argv: Sequence[bytes], reply_error: ReplyError, context: Catalog | None = None
) -> Card | None:
    """The card of an error reply to ``argv``; None if there is nothing to add.

    ``context`` tells the types of keys; it is only read.
    """
    if not argv:
        return None
    case = Case(argv, reply_error.message, context)
    for pattern, family in _patterns():
        if pattern.match(case.message):
            return family(case)
    return arguments.anything_wrong(case)


@cache
def _patterns() -> list[tuple[re.Pattern[str], Callable[[Case], Card | None]]]:
    return [(re.compile(pattern), family) for pattern, family in _FAMILIES]


def card_lines(card: Card, width: int = 80) -> list[Line]:
    """A card for a terminal of ``width`` columns. Roles: ``title``, ``text``, ``syntax``, ``note``.

    Every line stands behind a bar, so that the card is told from replies without colour.
    """
    bar = ("▌ ", "label")
    room = max(min(width - 3, 96), 20)
    lines: list[Line] = [[bar, (card.title, "title")]]
    code = False
    for row in textwrap.wrap(card.meaning, room, break_on_hyphens=False):
        line: Line = [bar]
        for at, piece in enumerate(row.split("`")):
            code ^= at > 0
            if piece:
                line.append((piece, "syntax" if code else "text"))
        lines.append(line)
    for attempt in card.try_lines:
        if not attempt.command:
            lines += [[bar, ("· ", "label"), (piece, "text")]
                      for piece in textwrap.wrap(attempt.why, room - 2)]  # fmt: skip
            continue
        line = [bar, (_("try: "), "label"), (attempt.command, "syntax")]
        used = sum(len(text) for text, _role in line)
        if attempt.why and used + len(attempt.why) + 5 <= width:
            line.append((f"   — {attempt.why}", "note"))
            lines.append(line)
        else:
            lines.append(line)
            wrapped = textwrap.wrap(attempt.why, room - 4)
            lines += [[bar, ("    " + piece, "note")] for piece in wrapped]
    return lines
