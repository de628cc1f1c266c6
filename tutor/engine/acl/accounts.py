"""The users of an engine: logging in, permissions, and what was refused (redis 7.0, acl.c)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from tutor.engine import errors
from tutor.engine.acl.log import Context, Log, Refusal
from tutor.engine.acl.permissions import Denied, Reason, denial, reads_all_keys
from tutor.engine.acl.selector import BadRule, channel_fits, has_spaces
from tutor.engine.acl.user import Rights, User, apply_all, merged
from tutor.engine.replies import ReplyError

if TYPE_CHECKING:
    from tutor.engine.engine import Engine
    from tutor.engine.registry import Command
    from tutor.engine.session import Session

DEFAULT = b"default"


class Acl:
    """``users`` by name; ``default`` is who is at work before anybody logs in, and always there.

    ``log`` holds what was refused (ACL LOG).
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.default = User(DEFAULT, unlimited())
        self.users: dict[bytes, User] = {DEFAULT: self.default}
        self.log = Log()
        self._password = b""
        self.follow_config()

    # users

    @property
    def open(self) -> bool:
        """Whether a new client is logged in as the default user at once, without a password."""
        rights = self.default.rights
        return rights.nopass and rights.enabled

    @property
    def open_channels(self) -> bool:
        """Whether new users and selectors may use all channels."""
        return self.engine.config.acl_pubsub_default == "allchannels"

    def sorted_users(self) -> list[User]:
        """All users, by name."""
        return [self.users[name] for name in sorted(self.users)]

    def set_user(self, name: bytes, rules: Sequence[bytes]) -> None:
        """ACL SETUSER: make or change a user by these rules or, with a `ReplyError`, not at all."""
        if has_spaces(name):
            raise ReplyError(errors.ACL_BAD_NAME)
        words = merged(rules)
        if isinstance(words, int):
            raise ReplyError(errors.acl_unmatched(rules[words]))
        user = self.users.get(name)
        rights = Rights(self.open_channels) if user is None else user.rights.copy()
        for word in words:
            try:
                rights.apply(word, self.open_channels)
            except BadRule as bad:
                raise ReplyError(errors.acl_rule(word, str(bad))) from None
        if user is None:
            self.users[name] = User(name, rights)
        else:
            self._kill_subscribers(user, rights)
            self._grant(user, rights)

    def delete_user(self, name: bytes, by: Session) -> bool:
        """ACL DELUSER: forget a user and hang up on whoever is logged in as him; ``by`` still gets
        his reply. False if there was no such user."""
        user = self.users.pop(name, None)
        if user is None:
            return False
        self._kill_clients({user}, by)
        return True

    def set_default_password(self, password: bytes) -> None:
        """What ``requirepass`` means: the default user's one password, or none (``b""``)."""
        rights = self.default.rights.copy()
        rights.reset_passwords()
        rights.apply(b">" + password if password else b"nopass", self.open_channels)
        self._grant(self.default, rights)

    def follow_config(self) -> None:
        """Set the default user's password anew if ``requirepass`` has changed."""
        password = self.engine.config.requirepass
        if password != self._password:
            self._password = password
            self.set_default_password(password)

    def replace_users(self, users: Mapping[bytes, Rights]) -> None:
        """ACL LOAD: these and no others from here on. All but the default user's clients are hung
        up on. If no rights are given for the default user, nothing is forbidden to him."""
        old = set(self.users.values()) - {self.default}
        self.users = {name: User(name, rights) for name, rights in users.items()}
        self.users[DEFAULT] = self.default
        self._grant(self.default, users.get(DEFAULT) or unlimited())
        self._kill_clients(old, None)

    def _grant(self, user: User, rights: Rights) -> None:
        user.grant(rights)
        for session in self.engine.sessions.values():
            if session.user is user:
                session.settle()

    # clients

    def _kill_clients(self, users: set[User], by: Session | None) -> None:
        """Hang up on all who are logged in as one of them, and take their rights from them."""
        for session in list(self.engine.sessions.values()):
            if session.user in users:
                session.user = self.default
                session.authenticated = False
                session.closing = True
                if session is not by:
                    self.engine.disconnect(session)

    def _kill_subscribers(self, user: User, upcoming: Rights) -> None:
        """Hang up on clients that are subscribed to what their user may hear no longer.

        Redis does not look at them if every pattern that was permitted still is.
        """
        if upcoming.all_channels:
            return
        permitted, before = upcoming.channels(), user.rights
        if not before.all_channels and all(old in permitted for old in before.channels()):
            return
        for session in list(self.engine.sessions.values()):
            if session.user is user and not _may_hear(session, permitted):
                session.closing = True
                self.engine.disconnect(session)

    # logging in

    def authenticate(
        self, session: Session, name: bytes, password: bytes, via: bytes = b"AUTH"
    ) -> None:
        """Log a session in, or raise WRONGPASS and remember it. ``via``: the command, as typed."""
        user = self.users.get(name)
        if user is None or not user.rights.accepts(password):
            self._refused(session, "auth", via, name)
            raise ReplyError(errors.WRONG_PASS)
        session.user = user
        session.authenticated = True

    # permissions

    def allowed(self, user: User, command: Command, argv: Sequence[bytes]) -> Denied | None:
        """Why a user may not run a command, or None if he may. Nothing is remembered."""
        return None if user.unrestricted else denial(user.rights, command.spec, argv)

    def reads_all_keys(self, user: User, command: Command, argv: Sequence[bytes]) -> bool:
        """Whether a command may read keys for a user that it does not name (SORT)."""
        return user.unrestricted or reads_all_keys(user.rights, command.spec, argv)

    def check(self, session: Session, command: Command, argv: Sequence[bytes]) -> None:
        """Refuse what the session's user may not run, and remember it.

        The `ReplyError` says it as Redis does for a client, within EXEC, or to a script.
        """
        denied = self.allowed(session.user, command, argv)
        if denied is None:
            return
        if session.script:
            texts = _IN_SCRIPT
        elif session.in_exec:
            texts = _IN_EXEC
        else:
            texts = _NO_PERMISSION
            session.last_command = command  # as CLIENT INFO in the log shows it
        self._refused(session, denied.reason, denied.what, session.user.name)
        raise ReplyError(texts[denied.reason].format(command=command.name))

    def _refused(self, session: Session, reason: Reason, what: bytes, user: bytes) -> None:
        context: Context = "toplevel"
        if session.script:
            context = "lua"
        elif session.in_exec or session.transaction is not None:
            context = "multi"
        engine = self.engine
        refusal = Refusal(reason, context, what, user, engine.now_ms, _client_info(session))
        self.log.add(refusal, engine.config.acllog_max_len)

    # worlds

    def snapshot(self) -> dict[bytes, Rights]:
        """All users' rights at this moment; never changed afterwards, so nothing is copied."""
        return {name: user.rights for name, user in self.users.items()}

    def restore(self, rights: Mapping[bytes, Rights]) -> None:
        """Go back to a snapshot. Who is logged in as a user that is gone is the default user."""
        for name in [name for name in self.users if name not in rights]:
            gone = self.users.pop(name)
            for session in self.engine.sessions.values():
                if session.user is gone:
                    session.user = self.default
        for name, old in rights.items():
            user = self.users.get(name)
            if user is None:
                self.users[name] = User(name, old)
            elif user.rights is not old:
                self._grant(user, old)
        self._password = self.engine.config.requirepass


def unlimited() -> Rights:
    """What the default user may do until somebody restricts him: everything, without password."""
    rights = Rights()
    apply_all(rights, (b"+@all", b"~*", b"&*", b"on", b"nopass"), False)
    return rights


def _may_hear(session: Session, permitted: dict[bytes, None]) -> bool:
    """Whether all that a session is subscribed to fits one of the patterns."""
    subscribed = session.subscriptions
    channels: Iterable[bytes] = (*subscribed.channels, *subscribed.shard_channels)
    return all(
        channel_fits(pattern, permitted, literal=True) for pattern in subscribed.patterns
    ) and all(channel_fits(channel, permitted, literal=False) for channel in channels)


def _client_info(session: Session) -> bytes:
    """The line of CLIENT INFO; for a script that of the client that runs it."""
    engine = session.engine
    script = engine.running_script
    client = script.session if session.script and script is not None else session
    info = engine.commands[b"client"].subcommands[b"info"].function
    return bytes(info(client, (b"client", b"info"))).rstrip(b"\n")


_NO_PERMISSION: dict[Reason, str] = {
    "command": errors.NO_PERMISSION_COMMAND,
    "key": errors.NO_PERMISSION_KEY,
    "channel": errors.NO_PERMISSION_CHANNEL,
}
_IN_EXEC: dict[Reason, str] = {
    "command": errors.ACL_CHANGED + "no permission to execute the command or subcommand",
    "key": errors.ACL_CHANGED + "no permission to touch the specified keys",
    "channel": errors.ACL_CHANGED + "no permission to access one of the channels used as arguments",
}
_IN_SCRIPT: dict[Reason, str] = {
    "command": errors.SCRIPT_COMMAND,
    "key": errors.SCRIPT_KEY,
    "channel": errors.SCRIPT_CHANNEL,
}
