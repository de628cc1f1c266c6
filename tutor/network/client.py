"""One connection to a real Redis (or Valkey), made by redis-py and read by `ReplyReader`.

redis-py does addresses, TLS and sockets; HELLO, AUTH and SELECT are sent here, so that what a
server says against them reaches the learner unchanged.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import unquote, urlparse

from redis.connection import Connection, parse_url
from redis.exceptions import RedisError

from tutor.engine.replies import NO_REPLY, NULL_ARRAY, Push, Reply, ReplyError, is_error
from tutor.network.link import LinkError, Trouble
from tutor.network.wire import ReplyReader

__all__ = ["Client"]

_STREAMS = frozenset({b"monitor", b"subscribe", b"psubscribe", b"ssubscribe", b"sync", b"psync"})


class Client:
    """A session on a server: selected database, protocol and MULTI followed as redis-cli does.

    ``url`` is redis://, rediss:// or unix:// as redis-py reads it. Nothing is connected until the
    first command. Every method may raise `LinkError`; after one the next command tries again.
    ``on_push`` receives out-of-band messages (RESP3) that come before a reply.
    """

    def __init__(
        self,
        url: str,
        resp: int = 2,
        connect_timeout: float = 5.0,
        reply_timeout: float | None = None,
    ) -> None:
        try:
            options: dict[str, Any] = parse_url(url)  # type: ignore[no-untyped-call]
            _check_database(url)
            kind: type[Any] = options.pop("connection_class", Connection)
            self._reply_timeout = options.pop("socket_timeout", reply_timeout)
            # redis-py's is in force during the TLS handshake too, which has to end some time
            options["socket_timeout"] = options.setdefault(
                "socket_connect_timeout", connect_timeout
            )
            resp = int(options.pop("protocol", resp))
            self._reader = ReplyReader()
            self._connection: Any = kind(
                **options,
                parser_class=lambda socket_read_size: self._reader,
                redis_connect_func=self._handshake,
            )
        except (ValueError, TypeError, RedisError) as error:
            raise LinkError("url", _without_password(url), str(error)) from error
        self.resp = resp
        self.db = int(options.get("db") or 0)
        self.transaction = False
        self._silence = ""  # "off", "skip": which replies do not come
        self.on_push: Callable[[Push], None] | None = None
        self._db_before_multi = self.db

    @property
    def address(self) -> str:
        """``host:port``, or the path of a Unix socket."""
        path = getattr(self._connection, "path", "")
        if path:
            return str(path)
        host, port = self._connection.host, self._connection.port
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    @property
    def connected(self) -> bool:
        return self._connection._sock is not None

    # connecting

    def connect(self) -> None:
        """Connect if there is no live connection; log in and select the database."""
        if self.connected and not self._closed_meanwhile():
            return
        self.transaction = False
        self._silence = ""
        try:
            self._connection.connect()
        except LinkError:
            self.close()
            raise
        except (RedisError, OSError, ValueError) as error:
            self.close()
            raise self._trouble(error) from error

    def close(self) -> None:
        """Disconnect; the next command connects anew."""
        self._connection.disconnect()
        self.transaction = False

    def interrupt(self) -> None:
        """Break off a command that another thread waits for: its `execute` raises `LinkError`."""
        sock = self._connection._sock
        if sock is not None:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                self._connection._sock = None

    def _closed_meanwhile(self) -> bool:
        """True if the server hung up since the last reply (nothing is lost then)."""
        try:
            self._reader.can_read(0)
        except OSError:
            self._connection.disconnect()
            return True
        return False

    def _handshake(self, connection: Any) -> None:
        connection._sock.settimeout(self._reply_timeout)
        self._reader.on_connect(connection)
        user, password = connection.username, connection.password
        login = [user or b"default", password or b""] if user or password else []
        if self.resp == 3:
            words = ["HELLO", "3", *(["AUTH", *login] if login else [])]
            self._expect(words, "auth" if login else "handshake")
        elif login:
            self._expect(["AUTH", *([user] if user else []), password or b""], "auth")
        if self.db:
            self._expect(["SELECT", str(self.db)], "handshake")

    def _expect(self, words: list[Any], trouble: Trouble) -> None:
        self._send(words)
        reply = self._reader.read()
        if isinstance(reply, ReplyError):
            raise LinkError(trouble, self.address, reply.message)

    def _trouble(self, error: BaseException) -> LinkError:
        """redis-py wraps what the system said; the cause tells more."""
        cause = error if isinstance(error, OSError) else (error.__context__ or error)
        trouble: Trouble = "other"
        if isinstance(cause, ConnectionRefusedError | FileNotFoundError):
            trouble = "refused"
        elif isinstance(cause, socket.gaierror):
            trouble = "unresolved"
        elif isinstance(cause, ssl.SSLError) or self._stuck_in_tls(cause):
            trouble = "tls"
        elif isinstance(cause, TimeoutError):
            trouble = "timeout"
        elif isinstance(cause, ValueError):
            trouble = "protocol"
        elif isinstance(cause, ConnectionError):
            trouble = "lost"
        return LinkError(trouble, self.address, str(cause))

    def _stuck_in_tls(self, cause: BaseException) -> bool:
        """A server without TLS waits for the rest of a line, and nobody says anything."""
        return isinstance(cause, TimeoutError) and "handshake" in str(cause)

    # commands

    def execute(self, argv: Sequence[bytes]) -> Reply:
        """Send a command and wait for its reply, however long.

        A command that was sent is never sent again: if the connection breaks before the reply,
        nobody knows whether it was carried out (`LinkError` "lost").
        """
        self.connect()
        try:
            self._send(argv)
            if self._is_silent(argv):
                return NO_REPLY
            reply = self._read()
        except (RedisError, OSError) as error:
            self.close()
            raise LinkError("lost", self.address, str(error)) from error
        except ValueError as error:
            self.close()
            raise LinkError("protocol", self.address, str(error)) from error
        except BaseException:  # Ctrl-C: the reply would answer the next command
            self.close()
            raise
        self._follow(argv, reply)
        return reply

    def _is_silent(self, argv: Sequence[bytes]) -> bool:
        """Whether no reply comes, as CLIENT REPLY wants it (redis 7.0, networking.c)."""
        words = [word.upper() for word in argv]
        if words == [b"RESET"]:
            self._silence = ""
        elif words[:2] == [b"CLIENT", b"REPLY"] and len(words) == 3 and not self.transaction:
            if words[2] == b"ON":
                self._silence = ""
            elif words[2] == b"OFF":
                self._silence = "off"
            elif words[2] == b"SKIP" and not self._silence:
                self._silence = "skip"
                return True
        silence = self._silence
        if silence == "skip":
            self._silence = ""
        return silence != ""

    @staticmethod
    def streams(argv: Sequence[bytes]) -> bool:
        """True for commands whose replies have no end."""
        return bool(argv) and argv[0].lower() in _STREAMS

    def stream(self, argv: Sequence[bytes]) -> Iterator[Reply]:
        """Everything the server sends after ``argv``. Closing it closes the connection."""
        self.connect()
        try:
            self._send(argv)
            while True:
                reply = self._reader.read()
                yield reply
                if is_error(reply):
                    return
        except (RedisError, OSError) as error:
            raise LinkError("lost", self.address, str(error)) from error
        except ValueError as error:
            raise LinkError("protocol", self.address, str(error)) from error
        finally:
            self.close()

    def _send(self, words: Sequence[Any]) -> None:
        self._connection.send_command(*words, check_health=False)

    def _read(self) -> Reply:
        while True:
            reply = self._reader.read()
            if not isinstance(reply, Push):
                return reply
            if self.on_push is not None:
                self.on_push(reply)

    def _follow(self, argv: Sequence[bytes], reply: Reply) -> None:
        """What a reply says about the session (redis 7.0, redis-cli.c: `cliSendCommand`)."""
        name = argv[0].lower()
        failed = is_error(reply)
        if name == b"select" and len(argv) == 2 and not failed:
            self.db = int(argv[1])
        elif name == b"multi" and not failed:
            self.transaction, self._db_before_multi = True, self.db
        elif name == b"exec" and self.transaction:
            self.transaction = False
            if failed or reply is None or reply is NULL_ARRAY:
                self.db = self._db_before_multi
        elif name == b"discard" and not failed:
            self.transaction, self.db = False, self._db_before_multi
        elif name == b"reset" and not failed:
            self.transaction, self.db, self.resp = False, 0, 2
        elif name == b"hello" and not failed and len(argv) > 1:
            self.resp = int(argv[1])


def _check_database(url: str) -> None:
    """Raises ValueError if what stands in the place of the database is no number: redis-py takes
    the database 0 then."""
    parts = urlparse(url)
    name = unquote(parts.path).strip("/")
    if parts.scheme != "unix" and name and not (name.isascii() and name.isdecimal()):
        raise ValueError(f"{name} is not the number of a database")


def _without_password(url: str) -> str:
    scheme, found, rest = url.partition("://")
    if not found:
        return url
    return f"{scheme}://{rest.rpartition('@')[2]}"
