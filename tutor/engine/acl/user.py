"""Users: who may log in, with which passwords, and what they may then do (redis 7.0, acl.c).

What a user may do is a `Rights`, which is never changed once it is in force: ACL SETUSER works on
a copy and puts that in its place, so a faulty rule changes nothing, and a world's snapshot may
keep the old one.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Sequence

from tutor.engine.acl.selector import BadRule, Selector, c_string
from tutor.engine.cmdline import UnbalancedQuotes, split

NO_SUCH_PASSWORD = "The password you are trying to remove from the user does not exist"
BAD_HASH = (
    "The password hash must be exactly 64 characters and contain only lowercase hexadecimal"
    " characters"
)

_is_hash = re.compile(rb"[0-9a-f]{64}").fullmatch


def hashed(password: bytes) -> bytes:
    """A password as it is kept: SHA-256 in lower-case hexadecimal."""
    return hashlib.sha256(password).hexdigest().encode()


class Rights:
    """Whether a user may log in, how, and the permissions: ``selectors``, the root first.

    ``open_channels`` (the directive ``acl-pubsub-default``) says whether a new selector permits
    all channels. ``sanitize`` is None until one of the rules about it was given.
    """

    __slots__ = ("enabled", "nopass", "passwords", "sanitize", "selectors")

    def __init__(self, open_channels: bool = False) -> None:
        self.enabled = False
        self.nopass = False
        self.sanitize: bool | None = None
        self.passwords: dict[bytes, None] = {}
        self.selectors = [Selector(open_channels)]

    def copy(self) -> Rights:
        """An independent copy."""
        other = Rights()
        other.enabled = self.enabled
        other.nopass = self.nopass
        other.sanitize = self.sanitize
        other.passwords = self.passwords.copy()
        other.selectors = [selector.copy() for selector in self.selectors]
        return other

    @property
    def root(self) -> Selector:
        """The selector that rules outside parentheses are about."""
        return self.selectors[0]

    # changing

    def apply(self, rule: bytes, open_channels: bool) -> None:
        """Carry out one rule; raises `BadRule`."""
        if not rule:
            return
        word = c_string(rule).lower()
        flag = _FLAGS.get(word)
        if flag is not None:
            flag(self)
        elif word == b"reset":
            self._reset(open_channels)
        elif rule[:1] in (b">", b"#"):
            self.passwords[_password(rule)] = None
            self.nopass = False
        elif rule[:1] in (b"<", b"!"):
            password = _password(rule)
            if password not in self.passwords:
                raise BadRule(NO_SUCH_PASSWORD)
            del self.passwords[password]
        elif rule[:1] == b"(" and rule[-1:] == b")":
            self.selectors.append(_selector(rule, open_channels))
        else:
            self.root.apply(rule)

    def _reset(self, open_channels: bool) -> None:
        self.reset_passwords()
        self.disable()
        self.sanitize_payload()
        self.selectors = [Selector(open_channels)]

    def enable(self) -> None:
        """``on``."""
        self.enabled = True

    def disable(self) -> None:
        """``off``."""
        self.enabled = False

    def skip_sanitizing(self) -> None:
        """``skip-sanitize-payload``."""
        self.sanitize = False

    def sanitize_payload(self) -> None:
        """``sanitize-payload``."""
        self.sanitize = True

    def accept_any_password(self) -> None:
        """``nopass``."""
        self.nopass = True
        self.passwords.clear()

    def reset_passwords(self) -> None:
        """``resetpass``."""
        self.nopass = False
        self.passwords.clear()

    def clear_selectors(self) -> None:
        """``clearselectors``: all but the root."""
        del self.selectors[1:]

    # asking

    def accepts(self, password: bytes) -> bool:
        """Whether one may log in with this password."""
        if not self.enabled or self.nopass:
            return self.enabled
        given = hashed(password)
        return any(hmac.compare_digest(given, known) for known in self.passwords)

    @property
    def all_channels(self) -> bool:
        """Whether some selector permits all channels."""
        return any(selector.all_channels for selector in self.selectors)

    def channels(self) -> dict[bytes, None]:
        """The channel patterns of all selectors."""
        return {pattern: None for selector in self.selectors for pattern in selector.channels}

    # printing

    def flags(self) -> list[bytes]:
        """The words that say whether and how one may log in, in Redis's order."""
        found = [b"on" if self.enabled else b"off"]
        if self.nopass:
            found.append(b"nopass")
        if self.sanitize is not None:
            found.append(b"sanitize-payload" if self.sanitize else b"skip-sanitize-payload")
        return found

    def describe(self) -> bytes:
        """All rules that lead to these rights, as ACL LIST and ACL SAVE write them."""
        words = self.flags()
        words += [b"#" + password for password in self.passwords]
        words.append(self.root.describe())
        words += [b"(%b)" % selector.describe() for selector in self.selectors[1:]]
        return b" ".join(words)


class User:
    """A name and its rights. ``unrestricted``: nothing is forbidden, so nothing need be asked."""

    __slots__ = ("name", "rights", "unrestricted")

    def __init__(self, name: bytes, rights: Rights) -> None:
        self.name = name
        self.grant(rights)

    def grant(self, rights: Rights) -> None:
        """From here on these rights are in force; whoever holds them must not change them."""
        self.rights = rights
        self.unrestricted = any(selector.unrestricted for selector in rights.selectors)

    def describe(self) -> bytes:
        """The line of ACL LIST."""
        return b"user %b %b" % (self.name, self.rights.describe())

    def __repr__(self) -> str:
        return f"<User {self.name!r}>"


def merged(rules: Sequence[bytes]) -> list[bytes] | int:
    """Rules with those joined that make up one selector (``(+get``, ``~a)``).

    Returns the index of the parenthesis that was never closed, if there is one. A parenthesis
    within a selector begins it anew, as it does in Redis.
    """
    found: list[bytes] = []
    selector, start = b"", -1
    for at, rule in enumerate(rules):
        closes = rule[-1:] == b")"
        if rule[:1] == b"(" and not closes:
            selector, start = rule, at
        elif start < 0:
            found.append(rule)
        else:
            selector += b" " + c_string(rule)
            if closes:
                found.append(selector)
                start = -1
    return found if start < 0 else start


def apply_all(rights: Rights, rules: Iterable[bytes], open_channels: bool) -> None:
    """Carry out merged rules; raises `BadRule`."""
    for rule in rules:
        rights.apply(rule, open_channels)


def _password(rule: bytes) -> bytes:
    """The hash that a rule about a password gives or makes."""
    if rule[:1] in (b">", b"<"):
        return hashed(rule[1:])
    if not _is_hash(rule[1:]):
        raise BadRule(BAD_HASH)
    return rule[1:]


def _selector(rule: bytes, open_channels: bool) -> Selector:
    """``(rule …)``, its words cut as in a configuration file; nothing if quotes are unbalanced."""
    selector = Selector(open_channels)
    try:
        words = split(rule[1:-1].decode("utf-8", "surrogateescape"))
    except UnbalancedQuotes:
        words = []
    for word in words:
        selector.apply(word)
    return selector


_FLAGS: dict[bytes, Callable[[Rights], None]] = {
    b"on": Rights.enable,
    b"off": Rights.disable,
    b"skip-sanitize-payload": Rights.skip_sanitizing,
    b"sanitize-payload": Rights.sanitize_payload,
    b"nopass": Rights.accept_any_password,
    b"resetpass": Rights.reset_passwords,
    b"clearselectors": Rights.clear_selectors,
}
