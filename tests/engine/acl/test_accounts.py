"""Users of an engine: who is who, who is hung up on, what a snapshot remembers."""

from __future__ import annotations

import pytest

from tests.engine.commands.watched import Client, Watched
from tutor.engine import errors
from tutor.engine.config import Config
from tutor.engine.engine import Engine
from tutor.engine.replies import OK, ReplyError


@pytest.fixture
def world() -> Watched:
    return Watched()


def log_in(world: Watched, rules: str) -> Client:
    """A client that is logged in as ``u``, who has these rules."""
    assert world.run(f"ACL SETUSER u on nopass {rules}") == OK
    client = world.connect()
    assert client.run("AUTH u x") == OK
    return client


def test_requirepass_is_the_default_users_password() -> None:
    engine = Engine(config=Config(requirepass=b"pw"))
    session = engine.connect()
    assert not session.authenticated
    assert engine.execute(session, [b"GET", b"k"]) == ReplyError(errors.NO_AUTH)
    assert engine.execute(session, [b"AUTH", b"bad"]) == ReplyError(errors.WRONG_PASS)
    assert engine.execute(session, [b"AUTH", b"pw"]) == OK
    assert engine.execute(session, [b"GET", b"k"]) is None


def test_a_changed_rule_holds_for_who_is_logged_in_already(world: Watched) -> None:
    client = log_in(world, "+@all ~*")
    assert client.run("GET k") is None
    world.run("ACL SETUSER u -get")
    assert client.run("GET k") == ReplyError(errors.NO_PERMISSION_COMMAND.format(command="get"))
    world.run("ACL SETUSER u +get resetkeys")
    assert client.run("GET k") == ReplyError(errors.NO_PERMISSION_KEY)
    world.run("ACL SETUSER u allkeys allchannels")
    assert client.run("GET k") is None


def test_restricting_the_default_user_holds_for_everybody(world: Watched) -> None:
    assert not world.client.session.special
    world.run("ACL SETUSER default -get")
    assert world.client.session.special
    assert isinstance(world.run("GET k"), ReplyError)
    world.run("ACL SETUSER default +@all")
    assert not world.client.session.special


def test_a_faulty_rule_changes_nothing(world: Watched) -> None:
    before = world.run("ACL LIST")
    world.run("ACL SETUSER default -get nonsense")
    world.run("ACL SETUSER other on nonsense")
    assert world.run("ACL LIST") == before


def test_clients_of_a_deleted_user_are_hung_up_on(world: Watched) -> None:
    client, me = log_in(world, "+@all"), log_in(world, "+@all")
    assert me.run("ACL DELUSER u") == 1
    assert client.session.id not in world.engine.sessions
    assert me.session.id in world.engine.sessions
    assert me.session.closing
    assert me.session.user is world.engine.acl.default
    assert not me.session.authenticated
    assert world.client.session.id in world.engine.sessions


def test_the_default_user_stays(world: Watched) -> None:
    world.run("ACL SETUSER u")
    assert world.run("ACL DELUSER u default") == ReplyError(errors.ACL_DEFAULT_STAYS)
    assert world.run("ACL USERS") == [b"default", b"u"]


def test_a_user_that_is_off_cannot_log_in_but_stays(world: Watched) -> None:
    client = log_in(world, "+@all ~*")
    world.run("ACL SETUSER u off")
    assert client.run("GET k") is None
    assert world.connect().run("AUTH u x") == ReplyError(errors.WRONG_PASS)


def test_what_a_script_may_not_do_is_told_in_other_words(world: Watched) -> None:
    client = log_in(world, "+@all ~k")
    client.session.script = True
    command = world.engine.commands[b"get"]
    with pytest.raises(ReplyError) as refused:
        world.engine.acl.check(client.session, command, [b"GET", b"x"])
    assert refused.value.message == errors.SCRIPT_KEY
    entry = next(iter(world.engine.acl.log))
    assert (entry.context, entry.what) == ("lua", b"x")


def test_the_age_of_an_entry_is_told_in_seconds(world: Watched) -> None:
    log_in(world, "+get").run("GET k")
    world.later(1500)
    (entry,) = world.run("ACL LOG")
    assert entry[b"age-seconds"] == 1.5
    assert b" user=u " in entry[b"client-info"]


def test_a_snapshot_remembers_users(world: Watched) -> None:
    client = log_in(world, "+@all ~*")
    acl = world.engine.acl
    before, listed = acl.snapshot(), world.run("ACL LIST")
    world.run("ACL SETUSER u -get")
    world.run("ACL SETUSER default -set")
    world.run("ACL SETUSER other on")
    acl.restore(before)
    assert world.run("ACL LIST") == listed
    assert client.run("GET k") is None
    world.run("ACL DELUSER u")
    acl.restore(before)
    assert world.run("ACL LIST") == listed


def test_generated_passwords_come_from_the_seed() -> None:
    one, other = (Watched(seed=3).run("ACL GENPASS 21") for _ in range(2))
    assert one == other
    assert len(one) == 6
    assert len(Watched().run("ACL GENPASS")) == 64
