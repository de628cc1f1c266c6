"""Cards about connections: CLIENT, tracking, subscriptions, waiting."""

from __future__ import annotations

from tutor.console.cards.case import Card, Case, Families, Try, help_of, help_tries
from tutor.i18n import _

__all__ = ["FAMILIES"]


# subscriptions


def subscribed(case: Case) -> Card | None:
    """A RESP2 client that is subscribed said something else."""
    return Card(
        _("This client listens"),
        _("A client of RESP2 that is subscribed can only subscribe and unsubscribe: replies would "
          "get mixed up with messages. In RESP3 it may do everything."),
        (
            Try(_unsubscribe(case), _("ends it")),
            Try("RESET", _("ends everything")),
            Try("HELLO 3", _("after that: RESP3")),
            *((Try(":client 2", _("go on as another client")),) if _embedded(case) else ()),
        ),
    )  # fmt: skip


def _unsubscribe(case: Case) -> str:
    """Which of the three would end it."""
    if case.named("own-pattern") and not case.named("own-channel"):
        return "PUNSUBSCRIBE"
    if case.named("own-shard-channel") and not case.named("own-channel"):
        return "SUNSUBSCRIBE"
    return "UNSUBSCRIBE"


def _embedded(case: Case) -> bool:
    return bool(getattr(case.catalog, "embedded", False))


def not_in_transactions(case: Case) -> Card | None:
    """SSUBSCRIBE, MONITOR inside EXEC."""
    return Card(
        _("Not inside a transaction"),
        _("What makes a client listen from now on cannot be one of the replies of EXEC. SUBSCRIBE "
          "and PSUBSCRIBE can, for old times' sake."),
    )  # fmt: skip


# which client


def no_such_client(case: Case) -> Card | None:
    """CLIENT KILL 1:2."""
    return Card(
        _("There is no such client"),
        _("A client has a number (id) and an address (addr); CLIENT LIST shows both."),
        (Try("CLIENT LIST"), Try("CLIENT ID", _("your own number"))),
    )


def client_number(case: Case) -> Card | None:
    """CLIENT KILL ID x."""
    return Card(
        _("A client's id is a number"),
        _("It is given at the connection and never again; CLIENT LIST shows it as id=."),
        (Try("CLIENT LIST"), Try("CLIENT ID", _("your own number"))),
    )


def client_type(case: Case) -> Card | None:
    """CLIENT LIST TYPE foo."""
    return Card(
        _("There is no such type of client"),
        _("Types: normal, master, replica, pubsub."),
        (Try("CLIENT LIST TYPE normal"), Try("CLIENT LIST TYPE pubsub")),
    )


def client_name(case: Case) -> Card | None:
    """CLIENT SETNAME."""
    return Card(
        _("A client's name has no spaces"),
        _("Names of clients are one word without spaces and special characters."),
    )


def unblock_how(case: Case) -> Card | None:
    """CLIENT UNBLOCK 5 FOO."""
    return Card(
        _("TIMEOUT or ERROR"),
        _("TIMEOUT ends the wait as if its time were up; ERROR ends it with an error."),
        help_tries(case),
    )


def pause_what(case: Case) -> Card | None:
    """CLIENT PAUSE 100 FOO."""
    return Card(
        _("WRITE or ALL"),
        _("CLIENT PAUSE holds commands back for so many milliseconds: all of them, or only those "
          "that write."),
        (Try("CLIENT PAUSE 1000 WRITE"), Try("CLIENT UNPAUSE", _("ends it"))),
    )  # fmt: skip


# waiting


def unblocked(case: Case) -> Card | None:
    """CLIENT UNBLOCK id ERROR."""
    return Card(
        _("Somebody ended the wait"),
        _("Another client called CLIENT UNBLOCK for this one."),
    )


def block_time(case: Case) -> Card | None:
    """XREAD BLOCK x; CLIENT PAUSE -1: milliseconds; other timeouts are seconds."""
    at = case.place("milliseconds", "timeout")
    tries = (Try(case.with_word(at, "5000"), _("five seconds")),) if at else ()
    return Card(
        _("The time is in milliseconds"),
        _("An integer from 0 up; XREAD and XREADGROUP wait for ever at 0. ") + help_of(case),
        tries,
    )


# tracking


def tracking_how(case: Case) -> Card | None:
    """CLIENT TRACKING: options that do not go together."""
    return Card(
        _("These options do not go together"),
        _("BCAST tells of all keys with a PREFIX, whether they were read or not. OPTIN and OPTOUT "
          "choose among those that were read. So: BCAST with PREFIX, or one of OPTIN and OPTOUT, "
          "or none of them."),
        (
            Try("CLIENT TRACKING ON"),
            Try("CLIENT TRACKING ON BCAST PREFIX user:"),
            Try("CLIENT TRACKING ON OPTIN"),
        ),
    )  # fmt: skip


def tracking_is_on(case: Case) -> Card | None:
    """Another mode while tracking is on."""
    return Card(
        _("Tracking is on in another way"),
        _("What was remembered in one way is of no use in the other: switch it off first."),
        (Try("CLIENT TRACKING OFF"), Try("CLIENT TRACKINGINFO", _("how it is now"))),
    )


def redirect(case: Case) -> Card | None:
    """REDIRECT to a client that is not there, or to two."""
    return Card(
        _("REDIRECT takes one client that is there"),
        _("It is the number of the client that gets the messages, as CLIENT ID tells it there; in "
          "RESP2 that client subscribes to `__redis__:invalidate`."),
        (Try("CLIENT LIST"),),
    )  # fmt: skip


def prefixes(case: Case) -> Card | None:
    """PREFIX ab PREFIX a."""
    return Card(
        _("One prefix is the beginning of another"),
        _("Every key of the longer one would be told twice. Take only the shorter one, or prefixes "
          "that differ."),
    )  # fmt: skip


def caching(case: Case) -> Card | None:
    """CLIENT CACHING without OPTIN or OPTOUT."""
    return Card(
        _("CACHING chooses the next command"),
        _("YES belongs to CLIENT TRACKING ON OPTIN (remember only this), NO to OPTOUT (all but "
          "this). Otherwise everything that is read is remembered anyway."),
        (Try("CLIENT TRACKING ON OPTIN"), Try("CLIENT TRACKINGINFO", _("how it is now"))),
    )  # fmt: skip


FAMILIES: Families = (
    (r"ERR Can't execute '", subscribed),
    (r"ERR (SSUBSCRIBE|MONITOR) isn't allowed", not_in_transactions),
    (r"ERR No such client", no_such_client),
    (r"ERR (Invalid client ID|client-id should be)", client_number),
    (r"ERR Unknown client type", client_type),
    (r"ERR Client names cannot contain", client_name),
    (r"ERR CLIENT UNBLOCK reason", unblock_how),
    (r"ERR CLIENT PAUSE mode", pause_what),
    (r"UNBLOCKED client", unblocked),
    (r"ERR timeout is not an integer", block_time),
    (r"ERR (OPTIN and OPTOUT are not|You can't specify both OPTIN|PREFIX option)", tracking_how),
    (r"ERR You can't switch ", tracking_is_on),
    (r"ERR (A client can only redirect|The client ID you want)", redirect),
    (r"ERR Prefix '", prefixes),
    (r"ERR CLIENT CACHING", caching),
)
