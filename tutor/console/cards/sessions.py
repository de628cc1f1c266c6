"""Cards about the session: databases and transactions."""

from __future__ import annotations

from tutor.console.cards.case import Card, Case, Families, Try
from tutor.i18n import _

__all__ = ["FAMILIES"]


def no_such_database(case: Case) -> Card | None:
    """SELECT 16."""
    return Card(
        _("There is no such database"),
        _("Databases have numbers, not names: 0 to 15 unless the configuration says otherwise."),
        (Try("CONFIG GET databases", _("how many there are")), Try("SELECT 0")),
    )


def exec_abort(case: Case) -> Card | None:
    """EXEC after an error while queueing."""
    return Card(
        _("The transaction was thrown away"),
        _("A command after MULTI was refused before it could be queued (an unknown name, a wrong "
          "number of arguments), so EXEC carried out nothing. An error that only shows while a "
          "command runs, such as WRONGTYPE, does not stop the others."),
        (Try("MULTI", _("begin again")),),
    )  # fmt: skip


def exec_refused(case: Case) -> Card | None:
    """EXEC itself was refused; the transaction is gone with it."""
    reason = case.message.partition("because of: ")[2].rstrip(".")
    meaning = _("EXEC could not begin ({reason}), and nothing of the transaction was done.")
    return Card(
        _("The transaction was thrown away"),
        meaning.format(reason=reason.replace("`", "'")),
        (Try("MULTI", _("begin again")),),
    )


def nested_multi(case: Case) -> Card | None:
    """MULTI inside MULTI."""
    return Card(
        _("A transaction is open already"),
        _("Transactions cannot be nested. The (TX) in the prompt says that one is being made."),
        (Try("EXEC", _("carries it out")), Try("DISCARD", _("drops it"))),
    )


def without_multi(case: Case) -> Card | None:
    """EXEC or DISCARD with nothing begun."""
    return Card(
        _("No transaction is open"),
        _("MULTI begins a transaction, EXEC carries it out, DISCARD drops it."),
        (Try("MULTI"),),
    )


def watch_in_multi(case: Case) -> Card | None:
    """WATCH after MULTI."""
    return Card(
        _("WATCH comes before MULTI"),
        _("WATCH guards keys between reading them and EXEC; inside a transaction it is too late."),
        (Try("DISCARD", _("then WATCH, then MULTI")),),
    )


def not_in_multi(case: Case) -> Card | None:
    """Commands that a transaction cannot hold."""
    return Card(
        _("Not inside a transaction"),
        _("`{name}` cannot be queued after MULTI.").format(name=case.name),
        (Try("DISCARD", _("drops the transaction")),),
    )


FAMILIES: Families = (
    (
        r"ERR (DB index is out of range|invalid (first|second) DB index|Out of range database)",
        no_such_database,
    ),
    (r"EXECABORT .*because of: ", exec_refused),
    (r"EXECABORT ", exec_abort),
    (r"ERR MULTI calls can not be nested", nested_multi),
    (r"ERR (EXEC|DISCARD) without MULTI", without_multi),
    (r"ERR WATCH inside MULTI", watch_in_multi),
    (r"ERR Command not allowed inside a transaction", not_in_multi),
)
