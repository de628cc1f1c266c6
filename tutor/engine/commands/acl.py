"""ACL: users and what they may do (redis 7.0, acl.c). The rules are `tutor.engine.acl`'s."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine import errors
from tutor.engine.acl.accounts import DEFAULT
from tutor.engine.acl.catalog import catalog
from tutor.engine.acl.files import load_file, save_text
from tutor.engine.acl.log import Refusal
from tutor.engine.acl.selector import Selector
from tutor.engine.arguments import integer
from tutor.engine.helptext import help_of
from tutor.engine.registry import command
from tutor.engine.replies import OK, Reply, ReplyError, SetReply
from tutor.engine.session import Session
from tutor.engine.table import CATEGORY_ORDER

_DEFAULT_BITS = 256
_MAX_BITS = 4096
_DEFAULT_COUNT = 10

_DENIED = {
    "command": "This user has no permissions to run the '{}' command",
    "key": "This user has no permissions to access the '{}' key",
    "channel": "This user has no permissions to access the '{}' channel",
}


@command("acl|setuser")
def acl_setuser(session: Session, argv: Sequence[bytes]) -> Reply:
    """ACL SETUSER name [rule …]: all of them or none."""
    session.engine.acl.set_user(argv[2], argv[3:])
    return OK


@command("acl|deluser")
def acl_deluser(session: Session, argv: Sequence[bytes]) -> Reply:
    """ACL DELUSER name [name …]: how many there were."""
    if DEFAULT in argv[2:]:
        raise ReplyError(errors.ACL_DEFAULT_STAYS)
    return sum(session.engine.acl.delete_user(name, session) for name in argv[2:])


@command("acl|getuser")
def acl_getuser(session: Session, argv: Sequence[bytes]) -> Reply:
    """ACL GETUSER name."""
    user = session.engine.acl.users.get(argv[2])
    if user is None:
        return None
    rights = user.rights
    return {
        b"flags": SetReply(rights.flags()),
        b"passwords": list(rights.passwords),
        **_permissions(rights.root),
        b"selectors": [_permissions(selector) for selector in rights.selectors[1:]],
    }


def _permissions(selector: Selector) -> dict[bytes, bytes]:
    return {
        b"commands": selector.describe_commands(),
        b"keys": selector.describe_keys(),
        b"channels": selector.describe_channels(),
    }


@command("acl|list")
def acl_list(session: Session, argv: Sequence[bytes]) -> Reply:
    """ACL LIST: a line for each user, as an ACL file has it."""
    return [user.describe() for user in session.engine.acl.sorted_users()]


@command("acl|users")
def acl_users(session: Session, argv: Sequence[bytes]) -> Reply:
    """ACL USERS: names."""
    return [user.name for user in session.engine.acl.sorted_users()]


@command("acl|whoami")
def acl_whoami(session: Session, argv: Sequence[bytes]) -> Reply:
    return session.user.name


@command("acl|cat")
def acl_cat(session: Session, argv: Sequence[bytes]) -> Reply:
    """ACL CAT [category]: all categories, or the commands of one."""
    if len(argv) > 3:
        raise ReplyError(errors.subcommand_syntax("ACL", argv[1]))
    if len(argv) == 2:
        return [name.encode() for name in CATEGORY_ORDER]
    category = catalog().category(argv[2])
    if category is None:
        raise ReplyError(errors.acl_unknown_category(argv[2]))
    entries = catalog().entries.values()
    return [entry.name.encode() for entry in entries if entry.bit & category.members]


@command("acl|genpass")
def acl_genpass(session: Session, argv: Sequence[bytes]) -> Reply:
    """ACL GENPASS [bits]: a random password in hexadecimal, 256 bits long by default."""
    if len(argv) > 3:
        raise ReplyError(errors.subcommand_syntax("ACL", argv[1]))
    bits = integer(argv[2]) if len(argv) == 3 else _DEFAULT_BITS
    if not 0 < bits <= _MAX_BITS:
        raise ReplyError(errors.ACL_GENPASS_BITS)
    digits = (bits + 3) // 4
    host = session.engine.host
    count = (digits + 1) // 2
    chance = session.engine.random.randbytes(count) if host is None else host.random_bytes(count)
    return chance.hex().encode()[:digits]


@command("acl|log")
def acl_log(session: Session, argv: Sequence[bytes]) -> Reply:
    """ACL LOG [count | RESET]: what was refused, the latest first."""
    if len(argv) > 3:
        raise ReplyError(errors.subcommand_syntax("ACL", argv[1]))
    log = session.engine.acl.log
    count = _DEFAULT_COUNT
    if len(argv) == 3:
        if argv[2].lower() == b"reset":
            log.clear()
            return OK
        count = max(integer(argv[2]), 0)
    return [_refusal(one, session.engine.now_ms) for one in list(log)[:count]]


def _refusal(refusal: Refusal, now_ms: int) -> dict[bytes, Reply]:
    return {
        b"count": refusal.count,
        b"reason": refusal.reason.encode(),
        b"context": refusal.context.encode(),
        b"object": refusal.what,
        b"username": refusal.user,
        b"age-seconds": (now_ms - refusal.ms) / 1000,
        b"client-info": refusal.client,
    }


@command("acl|dryrun")
def acl_dryrun(session: Session, argv: Sequence[bytes]) -> Reply:
    """ACL DRYRUN name command [argument …]: OK, or in a bulk string why the user may not."""
    engine = session.engine
    user = engine.acl.users.get(argv[2])
    if user is None:
        raise ReplyError(errors.acl_no_user(argv[2]))
    words = argv[3:]
    found = engine.commands.get(words[0].lower())
    if found is not None and found.subcommands and len(words) > 1:
        found = found.subcommands.get(words[1].lower())
    if found is None:
        raise ReplyError(errors.acl_no_command(words[0]))
    if not found.min_args <= len(words) <= found.max_args:
        raise ReplyError(errors.wrong_arity(found.name))
    denied = engine.acl.allowed(user, found, words)
    if denied is None:
        return OK
    what = denied.what.partition(b"\0")[0]
    before, after = _DENIED[denied.reason].encode().split(b"{}")
    return before + what + after


# the ACL file


def _aclfile(session: Session) -> str:
    path = session.engine.config.aclfile
    if not path or session.engine.host is None:
        raise ReplyError(errors.ACL_NO_FILE)
    return path.decode("utf-8", "surrogateescape")


@command("acl|load")
def acl_load(session: Session, argv: Sequence[bytes]) -> Reply:
    """ACL LOAD: the users of the ACL file in the place of those in memory."""
    fault = load_file(session.engine.acl, _aclfile(session))
    if fault is not None:
        raise ReplyError(errors.acl_load(fault))
    return OK


@command("acl|save")
def acl_save(session: Session, argv: Sequence[bytes]) -> Reply:
    """ACL SAVE: write the users to the ACL file."""
    path, host = _aclfile(session), session.engine.host
    assert host is not None
    text = save_text(session.engine.acl).decode("utf-8", "surrogateescape")
    try:
        host.write_text(path, text)
    except OSError as error:
        host.log("warning", f"Opening temp ACL file for ACL SAVE: {error.strerror}")
        raise ReplyError(errors.ACL_SAVE_FAILED) from None
    return OK


@command("acl|help")
def acl_help(session: Session, argv: Sequence[bytes]) -> Reply:
    return help_of(session, b"acl")
