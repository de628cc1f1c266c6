"""Cards about the session: databases, transactions, login."""

from __future__ import annotations

from tutor.console.cards.case import Card, Case, Try
from tutor.i18n import _

__all__ = [
    "client_name",
    "exec_abort",
    "login_first",
    "nested_multi",
    "no_password_set",
    "no_permission",
    "no_such_database",
    "not_in_multi",
    "protocol",
    "watch_in_multi",
    "without_multi",
    "wrong_password",
]


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


def no_permission(case: Case) -> Card | None:
    """NOPERM."""
    return Card(
        _("The rights of this user do not suffice"),
        _("The ACL of the server does not let this user run the command or use the key."),
        (Try("ACL WHOAMI", _("who you are")),),
    )


def protocol(case: Case) -> Card | None:
    """HELLO 4."""
    return Card(
        _("There are two versions of the protocol"),
        _("RESP2 is what clients begin with; RESP3 tells maps, sets and doubles apart."),
        (Try("HELLO 2"), Try("HELLO 3")),
    )


def client_name(case: Case) -> Card | None:
    """CLIENT SETNAME."""
    return Card(
        _("A client's name has no spaces"),
        _("Names of clients are one word without spaces and special characters."),
    )
