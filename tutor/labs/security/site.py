"""The machine on which the server of a lane runs: its addresses, its folders, its door.

    client ─ connect(from, to) ─▶ nobody listens │ protected mode │ a session
    client ─ send(session, argv) ─▶ Engine.execute ─▶ reply
                                     └ a script without an end: everybody waits, then hears BUSY

Whom the server lets in is decided by its own configuration as it stands at that moment. No socket
is opened, no file is written: addresses are text, folders are `SimulatedFolder`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from socket import AF_INET

from tutor.engine import errors
from tutor.engine.clock import VirtualClock
from tutor.engine.config.directive_types import BadValue
from tutor.engine.config.directives import DIRECTIVES as ROWS
from tutor.engine.replies import BLOCKED, OK, Reply, ReplyError
from tutor.engine.scripting.running import RunningScript
from tutor.engine.session import Session
from tutor.labs.disk import SimulatedFolder
from tutor.labs.node import PORT, Node, NodeSettings
from tutor.labs.node import _Host as NodeHost
from tutor.labs.security.settings import ATTACKER, LOOPBACK, PRIVATE, PUBLIC, Setting
from tutor.labs.simulation import Simulation
from tutor.labs.wire import Wire
from tutor.labs.world import World
from tutor.network.protected import DENIED, is_local

_PROTECTED = "can't set protected config"
HOME = "/var/lib/redis"
ADDRESSES = (LOOPBACK, PRIVATE, PUBLIC)
CLOSED = "Server closed the connection"
"""What redis-cli says where no reply will come any more."""

LOOK_US = 500_000
"""So much of a script's time goes by between two looks of the server at its clock: one that loops
for as long as ten of them is taken for one without an end."""

Done = Callable[[Reply], None]
_Waiting = tuple[Session, tuple[bytes, ...], Done]


class _ScriptClock(VirtualClock):
    """The simulation's time; to a script that runs on and on each look shows a later one."""

    __slots__ = ("_base", "_looks", "_site")

    def __init__(self, base: VirtualClock, site: Site) -> None:
        self._base = base
        self._site = site
        self._looks = 0

    def now_us(self) -> int:
        return self._base.now_us()

    def now_ns(self) -> int:
        return self._base.now_ns()

    def sleep(self, *, us: int) -> None:
        self._base.sleep(us=us)

    def stopwatch_us(self) -> int:
        runs = self._site.hang is None and self._site.master.engine.running_script is not None
        self._looks = self._looks + 1 if runs else 0
        return self._base.stopwatch_us() + self._looks * LOOK_US


class Folder(SimulatedFolder):
    """A folder of a machine. ``denied``: the server's account may not write there."""

    denied = False

    def check(self) -> None:
        if self.denied:
            raise OSError(13, "Permission denied")
        super().check()


class Process(NodeHost):
    """The server as a process of that machine."""

    def __init__(self, site: Site) -> None:
        super().__init__(site.master)
        self._site = site

    def follow(self, attribute: str) -> str:
        """Why it cannot listen there, or ""."""
        if attribute != "bind":
            return ""
        return "" if self._site.can_listen() else "Failed to bind to specified addresses."

    def while_busy(self) -> None:
        """A script has run for so long that it will not end: it is taken out of Lua, and the server
        is busy with it from now on."""
        engine = self._node.engine
        running = engine.running_script
        if running is not None:
            running.killed = True
            self._site.endless = running


@dataclass(slots=True, eq=False)
class Hang:
    """The server is busy with a script: whose it is, and what it will be told at its end."""

    script: RunningScript
    reply: Reply
    done: Done


class Site(World):
    """One machine with one server, ``setting`` says how it starts; ``account`` under which."""

    def __init__(self, seed: int, setting: Setting, account: str = "root") -> None:
        super().__init__(seed, directives=setting.directives)
        self.setting = setting
        self.account = account
        self.folders: dict[str, Folder] = {}
        self.endless: RunningScript | None = None
        self.hang: Hang | None = None
        self.hangs = 0
        self.on_hang: Callable[[], None] = _nobody
        self.ports = 40_000
        self._stalled: deque[_Waiting] = deque()
        self._configure()

    def _configure(self) -> None:
        """What redis.conf has besides directives."""
        engine = self.master.engine
        engine.host = Process(self)
        engine.use_clock(_ScriptClock(self.simulation.clock, self))
        for command in self.setting.renames:
            engine.rename_command(command, b"")
        engine.acl.follow_config()
        for name, *rules in self.setting.users:
            words = (name, "reset", *rules)  # as a line ``user …`` of the file
            line = (b"ACL", b"SETUSER", *(word.encode() for word in words))
            engine.execute(engine.connect("setup:0"), line)
        for session in list(engine.sessions.values()):
            engine.disconnect(session)
        self.make_folders()

    def make_folders(self) -> None:
        """The machine's folders, empty; the server stands in its own."""
        self.folders = {path: _folder(self.account, owner) for path, owner in _FOLDERS.items()}
        self.master.engine.config.dir = HOME.encode()
        self.master.persister.folder = self.folders[HOME]

    def restart(self) -> None:
        """The server starts anew with what its configuration file says, and without its data."""
        waiting = [done for _session, _argv, done in self._stalled]
        waiting += [self.hang.done] if self.hang is not None else []
        self.hang = self.endless = None
        self._stalled.clear()
        self.master.settings = NodeSettings(directives=self.setting.directives)
        self.master.restart("nothing")
        self._configure()
        for done in waiting:
            done(ReplyError(CLOSED))

    @property
    def configs(self) -> str:
        """``enable-protected-configs``."""
        return str(vars(self.master.engine.config)["enable_protected_configs"])

    @configs.setter
    def configs(self, value: str) -> None:
        vars(self.master.engine.config)["enable_protected_configs"] = value

    # the door

    def can_listen(self) -> bool:
        """Whether each address of ``bind`` is one of this machine's."""
        bound = self.master.engine.config.bind
        return all(one.startswith("-") or one in ("*", *ADDRESSES, "::*") for one in bound)

    def listens(self, address: str) -> bool:
        """Whether somebody listens at an address of this machine."""
        if not self.master.up:
            return False
        bound = [one.removeprefix("-") for one in self.master.engine.config.bind]
        return address in bound or "*" in bound or "0.0.0.0" in bound

    def connect(self, source: str, target: str) -> Session | ReplyError:
        """A client comes from an address to one of this machine's."""
        if not self.listens(target):
            return ReplyError(f"Could not connect to Redis at {target}:{PORT}: Connection refused")
        engine = self.master.engine
        self.ports += 1
        local = is_local(AF_INET, (source, self.ports))
        if engine.config.protected_mode and not local and engine.acl.default.rights.nopass:
            engine.stats.rejected_connections += 1
            return ReplyError(DENIED[1:].decode().rstrip())
        session = engine.connect(f"{source}:{self.ports}")
        session.local, session.local_address = local, f"{target}:{PORT}"
        return session

    def stands(self, session: Session | None) -> bool:
        """Whether a connection is still there."""
        if session is None or not self.master.up:
            return False
        engine = self.master.engine
        return engine.sessions.get(session.id) is session and not session.closing

    # commands

    def send(self, session: Session, argv: Sequence[bytes], done: Done) -> None:
        """Have a command carried out; ``done`` gets its reply, now or later."""
        words = tuple(argv)
        hang = self.hang
        if hang is not None and (not hang.script.timed_out or session is hang.script.session):
            self._stalled.append((session, words, done))
            return
        reply = self._execute(session, words)
        if self.endless is not None:
            self._begin_hang(reply, done)
        elif reply is BLOCKED:
            session.on_reply = done
        else:
            done(reply)
        if session.closing and session.engine is self.master.engine:
            session.engine.disconnect(session)
        if hang is not None and hang is self.hang and hang.script.killed:
            self._end_hang(hang)

    def _execute(self, session: Session, argv: tuple[bytes, ...]) -> Reply:
        reply = self.master.execute(session, argv)
        allowed = self.configs == "yes" or (self.configs == "local" and session.local)
        if allowed and isinstance(reply, ReplyError) and reply.message.endswith(_PROTECTED):
            return self._set_protected(session, argv)
        return reply

    def _set_protected(self, session: Session, argv: tuple[bytes, ...]) -> Reply:
        """CONFIG SET dir and dbfilename, where the configuration allows it (config.c:
        setConfigDirOption); the other directives of the same line first."""
        engine = self.master.engine
        pairs = list(zip(argv[2::2], argv[3::2], strict=True))
        plain = [pair for pair in pairs if not ROWS[pair[0].decode().lower()].protected]
        if plain:
            words = (b"CONFIG", b"SET", *(word for pair in plain for word in pair))
            reply = self.master.execute(session, words)
            if isinstance(reply, ReplyError):
                return reply
        for name, word in pairs:
            row = ROWS[name.decode().lower()]
            if not row.protected:
                continue
            try:
                value = row.kind.parse(word, None)
            except BadValue as bad:
                return ReplyError(errors.config_set(row.name.encode(), str(bad)))
            if row.name == "dir":
                problem = self._change_folder(value.decode("utf-8", "replace"))
                if problem:
                    return ReplyError(errors.config_set(b"dir", problem))
            setattr(engine.config, row.attribute, value)
        return OK

    def _change_folder(self, path: str) -> str:
        """Go there (chdir); the system's text if that cannot be."""
        path = path.rstrip("/") or "/"
        if path not in self.folders:
            return "No such file or directory"
        if self.account != "root" and path in _CLOSED:
            return "Permission denied"
        self.master.persister.folder = self.folders[path]
        return ""

    # a script without an end

    def _begin_hang(self, reply: Reply, done: Done) -> None:
        """Nothing is read until ``busy-reply-threshold`` is over."""
        script, self.endless = self.endless, None
        assert script is not None
        script.killed = script.timed_out = False
        engine = self.master.engine
        hang = self.hang = Hang(script, reply, done)
        self.hangs += 1
        engine.running_script = script
        wait = engine.config.busy_reply_threshold * 1000
        self.simulation.after(wait, lambda: self._busy(hang))
        self.on_hang()

    def _busy(self, hang: Hang) -> None:
        """From now on everybody is read again, and hears BUSY."""
        if hang is not self.hang:
            return
        hang.script.timed_out = True
        self.master.engine.settle()
        waiting = [one for one in self._stalled if one[0] is not hang.script.session]
        self._stalled = deque(one for one in self._stalled if one[0] is hang.script.session)
        for session, argv, done in waiting:
            self.send(session, argv, done)

    def _end_hang(self, hang: Hang) -> None:
        self.hang = None
        self.master.engine.running_script = None
        waiting, self._stalled = self._stalled, deque()
        hang.done(hang.reply)
        for session, argv, done in waiting:
            self.send(session, argv, done)

    # the attacker's own server

    def rogue(self, commands: Sequence[Sequence[bytes]]) -> Node:
        """A server at the attacker's address; his machine can be reached from here."""
        node = self.nodes.get(ATTACKER)
        if node is None:
            node = _rogue(self.simulation, self.nodes)
            for argv in commands:
                node.execute(node.session_of("127.0.0.1:50000"), argv)
            wire = Wire(self.simulation, "master", ATTACKER)
            wire.settings.delay = 20_000
            self.wires.append(wire)
            self.master.wires[ATTACKER] = node.wires["master"] = wire
        return node


_FOLDERS: Mapping[str, str] = {
    HOME: "redis", "/tmp": "anybody", "/root": "root", "/root/.ssh": "root", "/etc": "root",
    "/var/spool/cron": "root", "/var/spool/cron/crontabs": "root", "/var/www/html": "root",
}  # fmt: skip
_CLOSED = frozenset({"/root", "/root/.ssh", "/var/spool/cron/crontabs"})
"""Folders that only root may enter."""


def _nobody() -> None:
    """Nobody looks after it."""


def _folder(account: str, owner: str) -> Folder:
    made = Folder()
    made.denied = account != "root" and owner == "root"
    return made


def _rogue(simulation: Simulation, nodes: dict[str, Node]) -> Node:
    directives = {"repl_diskless_sync_delay": 0, "protected_mode": False}
    node = Node(simulation, ATTACKER, len(nodes), NodeSettings(directives=directives), nodes.get)
    nodes[ATTACKER] = node
    node.start()
    return node
