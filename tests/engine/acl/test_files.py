"""Users in redis.conf and in an ACL file: all or nothing, and what is complained of."""

from __future__ import annotations

import pytest

from tests.engine.commands.watched import Watched
from tutor.engine import errors
from tutor.engine.acl.files import check_user_line, load_config_users, load_text, save_text
from tutor.engine.engine import Engine
from tutor.engine.replies import OK, ReplyError


def test_a_saved_file_leads_to_the_same_users() -> None:
    world, other = Watched(), Watched()
    world.run("ACL SETUSER u on >a ~k* %R~r &c +@read -get +select|0 (+set ~x)")
    world.run("ACL SETUSER a skip-sanitize-payload")
    text = save_text(world.engine.acl)
    assert [line.split()[1] for line in text.splitlines()] == [b"a", b"default", b"u"]
    assert load_text(other.engine.acl, text, "f") is None
    assert other.run("ACL LIST") == world.run("ACL LIST")


def test_a_file_takes_the_place_of_all_users_but_the_default_one() -> None:
    world = Watched()
    world.run("ACL SETUSER u on nopass +@all")
    world.run("ACL SETUSER default -get")
    client = world.connect()
    client.run("AUTH u x")
    assert load_text(world.engine.acl, b"user u on nopass +@all\n", "f") is None
    assert client.session.id not in world.engine.sessions
    assert world.run("GET k") is None
    assert world.run("ACL USERS") == [b"default", b"u"]


def test_a_faulty_file_changes_nothing_and_every_line_is_told() -> None:
    engine = Engine()
    text = b"user a on x y\n\nuser b +nope\nuser a\nnobody\nuser c\td\nuser e (+get"
    assert load_text(engine.acl, text, "f") == (
        "f:1: Syntax error. "
        "f:3: Error in applying operation '+nope': Unknown command or category name in ACL. "
        "WARNING: Duplicate user 'a' found on line 4. "
        "f:5 should start with user keyword followed by the username. "
        "'f:6: username 'c\td' contains invalid characters. "
        "f:7: Unmatched parenthesis in selector definition."
        "WARNING: ACL errors detected, no change to the previously active ACL rules was performed"
    )
    assert list(engine.acl.users) == [b"default"]


def test_users_of_the_configuration_are_added() -> None:
    world = Watched()
    users = [[b"u", b"on", b"(+get", b"~k)"], [b"default", b"on", b"nopass", b"+acl"]]
    assert load_config_users(world.engine.acl, users) is None
    assert world.run("ACL LIST") == [
        b"user default on nopass sanitize-payload resetchannels -@all +acl",
        b"user u on resetchannels -@all (~k resetchannels -@all +get)",
    ]


@pytest.mark.parametrize(
    ("user", "text"),
    [
        ([b"a b"], "Spaces not allowed in ACL usernames"),
        (
            [b"u", b"on", b"+nope"],
            "Error loading ACL rule '+nope' for the user named 'u': "
            "Unknown command or category name in ACL",
        ),
    ],
)
def test_a_configuration_that_cannot_be_loaded_is_told(user: list[bytes], text: str) -> None:
    assert load_config_users(Engine().acl, [user]) == text


@pytest.mark.parametrize(
    ("line", "trouble"),
    [
        ("user u on +nope", None),
        ("user u on foo", (1, "Syntax error")),
        ("user v", (1, "Duplicate user found. A user can only be defined once in config files")),
        ("user u on (+get", (1, "Unknown command or category name in ACL")),
    ],
)
def test_a_user_line_is_checked_without_asking_for_commands(
    line: str, trouble: tuple[int, str] | None
) -> None:
    assert check_user_line([[b"v", b"on"]], line.encode().split()) == trouble


class Disk:
    """Enough of a host for ACL LOAD and SAVE."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self.full = False

    def read_text(self, path: str) -> str:
        if path not in self.files:
            raise FileNotFoundError(2, "No such file or directory", path)
        return self.files[path]

    def write_text(self, path: str, text: str) -> None:
        if self.full:
            raise OSError(28, "No space left on device")
        self.files[path] = text

    def log(self, level: str, message: str) -> None:
        self.files["log"] = message


def test_load_and_save_go_through_the_host() -> None:
    world, disk = Watched(), Disk()
    world.run("ACL SETUSER u on")
    assert world.run("ACL SAVE") == ReplyError(errors.ACL_NO_FILE)
    world.engine.config.aclfile = b"users.acl"
    assert world.run("ACL SAVE") == ReplyError(errors.ACL_NO_FILE)
    world.engine.host = disk  # type: ignore[assignment]
    missing = "ERR Error loading ACLs, opening file 'users.acl': No such file or directory"
    assert world.run("ACL LOAD") == ReplyError(missing)
    assert world.run("ACL SAVE") == OK
    saved = world.run("ACL LIST")
    world.run("ACL DELUSER u")
    assert world.run("ACL LOAD") == OK
    assert world.run("ACL LIST") == saved
    disk.full = True
    assert world.run("ACL SAVE") == ReplyError(errors.ACL_SAVE_FAILED)
    assert "No space left on device" in disk.files["log"]
