"""``redis-tutor serve``: everything around the server (redis 7.0, server.c: main).

    command line ─▶ configuration ─▶ background ─▶ engine ─▶ users, sockets ─▶ ready ─▶ the end

Exit codes are redis-server's: 0 after a shutdown, 1 where it cannot begin.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tutor import __version__
from tutor.engine import errors
from tutor.engine.config import Config
from tutor.engine.config.file import VERSION, CannotOpen, ConfigError, Loaded, gather, load
from tutor.engine.engine import Engine
from tutor.engine.replies import ReplyError
from tutor.network import commandline, daemon
from tutor.network.background import ThreadSyncer, best_background
from tutor.network.commandline import CommandLine
from tutor.network.daemon import PidFile, Supervisor
from tutor.network.disk import Disk
from tutor.network.ending import Ending
from tutor.network.log import Log
from tutor.network.masterlink import TcpDialer
from tutor.network.process import give_memory_back, trim_heap
from tutor.network.server import Server
from tutor.network.transfers import Transfers
from tutor.persistence.aof.log import LogFailed
from tutor.persistence.folder import DiskFolder
from tutor.persistence.service import Persister
from tutor.persistence.start import CannotStart
from tutor.replication.replication import Replication

PROGRAM = "redis-tutor serve"
TRIM_EVERY_S = 10.0
LOOPBACK = ("127.0.0.1", "-::1")


ShowProgress = Callable[[int, int], None]
"""Told how many bytes of how many are loaded; 0 of 0 at the end and before a line of the log."""


def main(words: Sequence[str], progress: ShowProgress = lambda _done, _total: None) -> int:
    """Serve until told to stop; ``words`` is what stands after ``serve``. The exit code.

    ``progress`` is told how far the loading of files has come.
    """
    line = commandline.parse(words)
    if line.wants == "serve":
        return _serve(line, progress)
    if line.wants == "version":
        print(f"Redis server v={VERSION} sha=00000000:0 malloc=libc bits=64 build={_BUILD}")
        return 0
    if line.wants == "usage":
        print(commandline.USAGE, end="")
        return 0
    if line.wants == "sentinel":
        print("redis-tutor serve is no Sentinel.", file=sys.stderr)
    else:
        print(commandline.REFUSED[line.wants], file=sys.stderr)
    return 1


_BUILD = f"redis-tutor-{__version__}"


class _Refused(Exception):
    """The server does not start; what there is to say has been said."""


def first_config() -> Config:
    """What holds without any configuration: redis-server's defaults, but loopback only."""
    return Config(bind=LOOPBACK, enable_debug_command="no")


def _serve(line: CommandLine, progress: ShowProgress) -> int:
    config = first_config()
    log = Log(config)
    path = None if line.file is None else _absolute(line.file)
    try:
        loaded = _load(line, path, config, log)
        return _Start(loaded, log, path, line == CommandLine(), progress).run()
    except _Refused:
        return 1


def _absolute(path: bytes) -> bytes:
    """The path of the configuration file as redis-server shows it: leading ``../`` go up."""
    path = path.strip(b" \r\n\t")
    folder = os.getcwdb()
    if os.path.isabs(path):
        return path
    while path.startswith(b"../"):
        path = path[3:]
        folder = os.path.dirname(folder)
    return os.path.join(folder, path)


def _load(line: CommandLine, path: bytes | None, config: Config, log: Log) -> Loaded:
    from tutor.engine.acl.files import check_user_line

    def read_input() -> bytes:
        log.write("warning", "Reading config from stdin")
        return sys.stdin.buffer.read()

    disk = Disk(log)
    try:
        text = gather(disk, path, read_input if line.standard_input else None, line.options)
        loaded = load(config, text, disk, check_user_line)
    except CannotOpen as error:
        log.write("warning", str(error))
        raise _Refused from None
    except ConfigError as error:
        sys.stderr.buffer.write(error.report())
        sys.stderr.buffer.flush()
        raise _Refused from None
    config.dir = os.getcwdb()
    return loaded


class StandaloneServer(Server):
    """A server that is all its process does, so SHUTDOWN ends both."""

    ending: Ending
    _next_trim = 0.0

    def _cron(self) -> None:
        super()._cron()
        self.ending.look()
        now = time.monotonic()
        if now >= self._next_trim:
            self._next_trim = now + TRIM_EVERY_S
            trim_heap()

    def while_busy(self) -> None:
        super().while_busy()
        self.ending.look()

    def shutdown(self, *, save: bool | None, now: bool, force: bool) -> bool:
        if not self.ending.request(save=save, now=now, force=force):
            raise ReplyError(errors.SHUTDOWN_FAILED)
        return self.ending.waits

    def abort_shutdown(self) -> bool:
        return self.ending.abort()


@dataclass
class _Start:
    """The steps from a configuration to a server that serves."""

    loaded: Loaded
    log: Log
    path: bytes | None
    bare: bool
    progress: ShowProgress

    def run(self) -> int:
        config, write = self.loaded.config, self.log.write
        supervisor = Supervisor(config.supervised, write)
        background = config.daemonize and supervisor.kind == "no"
        if background and not daemon.go_to_background():
            self._refuse("daemonize: this system cannot fork; run it in the foreground.")
        self._announce()
        self.log.role = "M"
        engine = self._engine()
        server = StandaloneServer(engine, write)
        server.config_file = "" if self.path is None else os.fsdecode(self.path)
        try:
            server.listen()
        except OSError as error:
            self._refuse(str(error))
        pid_file = PidFile(config, background)
        ending = Ending(engine, self.log, server.stop, pid_file, supervisor)
        server.ending = ending
        write("notice", f"Running mode=standalone, port={config.port}.")
        daemon.check_backlog(config, write)
        write("warning", "Server initialized")
        self._modules()
        self._users(engine)
        ending.obey_signals()
        self._load(engine, server)
        self._ready(supervisor)
        _calm_the_collector()
        give_memory_back()
        try:
            server.run()
        except LogFailed:  # what is acknowledged from here on would not be kept
            return 1
        ending.finish()
        return 0

    def _load(self, engine: Engine, server: Server) -> None:
        """Read the files, serving whoever asks in between; from then on write them."""
        folder = DiskFolder(os.fsdecode(engine.config.dir))
        persister = Persister(
            engine,
            folder,
            best_background(),
            self.log.write,
            syncer=ThreadSyncer(),
            tag=str(os.getpid()),
        )
        replication = Replication(engine, TcpDialer(server), Transfers(persister), self.log.write)
        self.log.follows = lambda: replication.is_replica
        self.log.before_line = lambda: self.progress(0, 0)
        host, _, port = engine.config.replicaof.rpartition(b" ")
        try:
            if host:
                replication.start_following(host, int(port))
            for step in persister.load():
                self.progress(step.done, step.total or 0)
                server.turn(0)
            persister.begin()
        except CannotStart as trouble:
            server.close()
            self._refuse(trouble.message)
        except OSError as error:
            server.close()
            self._refuse(f"Can't open or create append-only file: {error.strerror or error}")
        finally:
            self.log.before_line()
            self.log.before_line = lambda: None

    def _refuse(self, message: str) -> None:
        self.log.write("warning", message)
        raise _Refused

    def _announce(self) -> None:
        write = self.log.write
        write("warning", "oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo")
        write(
            "warning",
            f"Redis version={VERSION}, bits=64, commit=00000000, modified=0, pid={os.getpid()}, "
            "just started",
        )
        if self.bare:
            write(
                "warning",
                "Warning: no config file specified, using the default config. In order to specify "
                f"a config file use {PROGRAM} /path/to/redis.conf",
            )
        else:
            write("warning", "Configuration loaded")

    def _engine(self) -> Engine:
        config = self.loaded.config
        for asked, reasons in _IMPOSSIBLE:
            if asked(config):
                for reason in reasons:
                    self.log.write("warning", reason)
                raise _Refused
        engine = Engine(config=config)
        for old, new in self.loaded.renames:
            engine.rename_command(old, new)
        return engine

    def _modules(self) -> None:
        for module, *_ in self.loaded.modules:
            name = os.fsdecode(module)
            self.log.write(
                "warning", f"Module {name} failed to load: modules are code for redis-server"
            )
            self._refuse(f"Can't load module from {name}: server aborting")
        if self.loaded.module_directives:
            self._refuse(
                "Module Configuration detected without loadmodule directive or no ApplyConfig "
                "call: aborting"
            )

    def _users(self, engine: Engine) -> None:
        from tutor.engine.acl.files import load_config_users, load_file

        path = engine.config.aclfile
        if path and self.loaded.users:
            self._refuse(
                "Configuring Redis with users defined in redis.conf and at the same setting an ACL "
                "file path is invalid. This setup is very likely to lead to configuration errors "
                "and security holes, please define either an ACL file or declare users directly in "
                "your redis.conf, but not both."
            )
        if path:
            trouble = load_file(engine.acl, os.fsdecode(path))
            if trouble is not None:
                self._refuse(f"Aborting Redis startup because of ACL errors: {trouble}")
            return
        trouble = load_config_users(engine.acl, self.loaded.users)
        if trouble is not None:
            self.log.write("warning", trouble)
            self._refuse("Critical error while loading ACLs. Exiting.")

    def _ready(self, supervisor: Supervisor) -> None:
        config, write = self.loaded.config, self.log.write
        if config.port and config.bind:
            write("notice", "Ready to accept connections")
        if config.unixsocket:
            where = os.fsdecode(config.unixsocket)
            write("notice", f"The server is now ready to accept connections at {where}")
        supervisor.tell("STATUS=Ready to accept connections\n")
        supervisor.tell("READY=1\n")


def _calm_the_collector() -> None:
    """What is there now stays for good; of what comes, hardly anything goes in circles."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


_NO_TLS = "Failed to configure TLS. Check logs for more info."


def _wants_tls(config: Config) -> bool:
    return bool(config.tls_port or config.tls_cluster or config.tls_replication)


_IMPOSSIBLE: tuple[tuple[Callable[[Config], bool], tuple[str, ...]], ...] = (
    (lambda config: _wants_tls(config) and not config.tls_cert_file,
     ("No tls-cert-file configured!", _NO_TLS)),
    (_wants_tls, ("This server does not speak TLS.", _NO_TLS)),
    (lambda config: config.cluster_enabled,
     ("cluster-enabled: this server cannot be a node of a cluster.",)),
)  # fmt: skip
"""What a configuration may ask for and this server is not: it had better not start at all."""
