"""redis.conf and the command line: what redis-server makes of them, and what we make of them.

Configurations, command lines and CONFIG REWRITE, each for as many seeds as the environment
variable CONFIG_SEEDS says; a seed that fails names itself. Hidden directives and those of
`configurations.UNTRIED` are not compared.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.oracle.configurations import ENDING, FILES, Maker, Outcome, run_redis, shown
from tests.oracle.conftest import _server_program
from tests.oracle.tally import TALLY
from tutor.engine.acl.files import check_user_line
from tutor.engine.config import Config
from tutor.engine.config.file import CannotOpen, ConfigError, gather, load
from tutor.engine.config.rewrite import rewrite
from tutor.engine.replies import ReplyError
from tutor.network import commandline
from tutor.network.disk import Disk
from tutor.network.log import Log

SEEDS = int(os.environ.get("CONFIG_SEEDS", "100"))
_PLACE = frozenset({"dir", "maxclients"})
_AFTER_LOADING = (b"Error loading ACL rule", b"Configuration loaded")


@pytest.fixture(scope="module")
def program() -> str:
    return _server_program()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """The present folder of our side, with the files to include."""
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    before = os.getcwd()
    os.chdir(tmp_path)
    try:
        yield tmp_path
    finally:
        os.chdir(before)


def fresh() -> Config:
    """What redis-server begins with."""
    return Config(enable_debug_command="no")


def run_ours(
    text: bytes | None, options: Sequence[str] = (), given: bytes | None = None
) -> tuple[Outcome, Config]:
    line = commandline.parse(["redis.conf", *options] if text is not None else options)
    config = fresh()
    if text is not None:
        Path("redis.conf").write_bytes(text)
    absolute = None if line.file is None else os.fsencode(os.path.abspath(os.fsdecode(line.file)))
    try:
        read_input = (lambda: given or b"") if line.standard_input else None
        disk = Disk(Log(config))
        load(config, gather(disk, absolute, read_input, line.options), disk, check_user_line)
    except ConfigError as error:
        return Outcome(complaint=error.report()), config
    except CannotOpen as error:
        return Outcome(complaint=str(error).encode() + b"\n"), config
    return Outcome(settings=shown(config)), config


def differences(ours: Outcome, theirs: Outcome) -> list[str]:
    """What differs, in words."""
    TALLY.calls += 1
    if theirs.settings is None and any(mark in theirs.complaint for mark in _AFTER_LOADING):
        return [f"we refuse: {ours.complaint!r}"] if ours.settings is None else []
    if theirs.settings is None or ours.settings is None:
        same = ours.complaint == theirs.complaint and ours.settings == theirs.settings
        found = [] if same else [f"ours {ours.complaint!r}", f"theirs {theirs.complaint!r}"]
    else:
        mine, other = ours.settings, theirs.settings
        found = [
            f"{name}: ours {mine[name]!r}, theirs {other[name]!r}"
            for name in sorted(mine)
            if name not in _PLACE and mine[name] != other.get(name)
        ]
    TALLY.differences += bool(found)
    return found


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_configuration_is_taken_or_refused_as_the_real_server_does(
    seed: int, program: str, folder: Path
) -> None:
    text = Maker(seed).text()
    ours, config = run_ours(text)
    theirs = run_redis(program, folder / "redis", text, password=config.requirepass)
    theirs.complaint = theirs.complaint.replace(b"/redis/", b"/")
    assert not differences(ours, theirs), text


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_command_line_is_read_as_the_real_server_does(
    seed: int, program: str, folder: Path
) -> None:
    maker = Maker(seed)
    options = maker.options()
    file: bytes | None = maker.random.choice((b"", b"hz 11", b"hz 11\nsave 1 1")) + ENDING
    given = None
    place = maker.random.choice(("none", "last", "first"))
    if place == "last":
        given = maker.random.choice((b"maxmemory 5mb\n", b"save 1 1", b"hz x", b"port 0\0\n"))
        options.append("-")
    elif place == "first":
        file, given = None, file
        options.insert(0, "-")
    ours, config = run_ours(file, options, given)
    theirs = run_redis(program, folder / "redis", file, options, given, password=config.requirepass)
    assert not differences(ours, theirs), (options, file, given)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_rewritten_file_is_the_one_that_the_real_server_writes(
    seed: int, program: str, folder: Path
) -> None:
    maker = Maker(seed)
    text, settings = maker.text(), maker.settings()
    ours, config = run_ours(text)
    if ours.settings is None or b"user " in text:
        return
    theirs = run_redis(
        program,
        folder / "redis",
        text,
        settings=settings,
        password=config.requirepass,
        rewrite=True,
    )
    if theirs.rewritten is None:
        return
    for pair in settings:
        try:
            config.set([pair])
        except ReplyError as error:
            ours.refused.append(error.message.removeprefix("ERR "))
    assert ours.refused == theirs.refused
    config.dir = os.fsencode(folder / "redis")
    mine = rewrite(text, config, fresh(), ()).split(b"\n")
    other = theirs.rewritten.split(b"\n")
    users = [line for line in other if line.startswith(b"user ")]
    other.remove(users[0])
    common = next(
        (at for at, pair in enumerate(zip(mine, other, strict=False)) if pair[0] != pair[1]),
        len(mine),
    )
    TALLY.calls += 1
    # what is appended has no order in Redis
    assert sorted(mine[common:]) == sorted(other[common:]), text
    assert not any(line.startswith((b"#", b"include")) for line in mine[common:])
