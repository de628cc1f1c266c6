"""The security lab: which attack gets through under which setting, what the application feels of
it, how a server is hardened while it runs.

LAB_SEEDS=1000 python3 -m pytest tests/labs/test_security.py     a night's worth of seeds
"""

from __future__ import annotations

import json
import os
import random

import pytest

from tutor.engine.replies import BLOCKED, ReplyError
from tutor.labs.catalog import lab_kind
from tutor.labs.security import ATTACKS, EXPERIMENTS, OF, SETTINGS, Knobs, SecurityLab
from tutor.labs.security.attacks import DATA, spoiled
from tutor.labs.security.lane import SecurityLane
from tutor.labs.security.passwords import COMMON, choices, guess, place
from tutor.network.protected import DENIED

SECOND = 1_000_000
SEEDS = int(os.environ.get("LAB_SEEDS", "240"))
FIRST_SEED = int(os.environ.get("LAB_SEED", random.SystemRandom().randrange(1 << 24)))
CHUNK = 20
ROUND = 30 * SECOND
"""A round of all attacks, the one that makes the server stand still included."""

NOTHING: frozenset[str] = frozenset()
ALL = frozenset(ATTACKS)
FILES = frozenset({"file", "cron"})
THROUGH: dict[tuple[str, str], frozenset[str]] = {
    ("attacks", "open"): ALL - FILES,
    ("attacks", "protected"): NOTHING,
    ("attacks", "bind"): NOTHING,
    ("attacks", "password"): ALL - FILES,  # a weak one
    ("attacks", "renamed"): ALL - FILES - {"monitor", "replica"},
    ("attacks", "acl"): NOTHING,
    ("rights", "one-password"): ALL - FILES - {"guess"},
    ("rights", "renamed"): ALL - FILES - {"guess", "monitor", "replica"},
    ("rights", "acl"): frozenset({"look", "steal", "forge", "wipe"}),
    ("rights", "acl-commands"): frozenset({"steal", "forge"}),
    ("rights", "acl-read"): frozenset({"look", "steal"}),
}
"""What gets through a setting; everything else is stopped."""


def run(experiment: str, name: str, knobs: Knobs, time: int = ROUND) -> SecurityLane:
    lane = SecurityLane(experiment, name, 7, knobs)
    while lane.world.simulation.now < time:
        lane.begin_step()
        lane.run_to(lane.world.simulation.now + 100_000)
    return lane


@pytest.mark.parametrize(("experiment", "name"), THROUGH)
def test_what_gets_through_a_setting_and_what_does_not(experiment: str, name: str) -> None:
    attacks = run(experiment, name, Knobs()).take().attacks
    assert {one.name for one in attacks if one.outcome == "through"} == THROUGH[experiment, name]
    assert all(one.outcome for one in attacks)
    assert all(one.line and one.reply for one in attacks)


def test_before_seven_the_server_wrote_whatever_file_it_was_told_to() -> None:
    lane = run("attacks", "open", Knobs(configs="yes"), 14 * SECOND)
    frame = lane.take()
    assert {one.name for one in frame.attacks if one.outcome == "through"} >= FILES
    assert [one.path for one in frame.files] == [
        "/root/.ssh/authorized_keys", "/var/spool/cron/root",
    ]  # fmt: skip
    assert "mallory" in frame.files[0].text


def test_a_server_that_does_not_run_as_root_cannot_write_there() -> None:
    lane = run("attacks", "open", Knobs(configs="yes", account="redis"), 14 * SECOND)
    attacks = {one.name: one for one in lane.take().attacks}
    assert (attacks["file"].outcome, attacks["cron"].outcome) == ("stopped", "stopped")
    assert attacks["file"].reply.endswith("'dir') - Permission denied")
    assert (attacks["cron"].line, attacks["cron"].reply) == ("SAVE", "(error) ERR")


def test_a_strong_password_stops_everything() -> None:
    lane = run("attacks", "password", Knobs(password="strong"), 12 * SECOND)
    frame = lane.take()
    assert (frame.through, frame.stopped) == (0, len(ATTACKS))
    assert frame.refused == 0 < frame.served


def test_protected_mode_speaks_as_redis_does_and_refuses_the_application_as_well() -> None:
    frame = run("attacks", "protected", Knobs(), 10 * SECOND).take()
    assert all(one.reply == f"(error) {DENIED[1:].decode().strip()}" for one in frame.attacks)
    assert frame.served == 0 < frame.refused
    here = run("attacks", "protected", Knobs(app_host="127.0.0.1"), 10 * SECOND).take()
    assert here.refused == 0 < here.served
    assert here.through == 0


def test_nobody_is_served_while_a_script_runs_and_then_everybody_hears_busy() -> None:
    lab = SecurityLab("attacks", settings=["open"], knobs=Knobs(scan=0))
    lab.act("attack", "lua")
    lab.step(30)
    assert lab.frame.lanes[0].busy
    assert (lab.frame.lanes[0].served, lab.frame.lanes[0].refused) == (0, 0)
    assert lab.frame.lanes[0].waiting > 0
    assert lab.execute("admin", [b"PING"]) is BLOCKED
    lab.step(25)
    assert lab.frame.lanes[0].app_error.startswith("(error) BUSY Redis is busy running a script")
    lab.step(20)  # the administrator has seen it
    assert not lab.frame.lanes[0].busy
    attack = next(one for one in lab.frame.lanes[0].attacks if one.name == "lua")
    assert attack.reply.startswith("(error) ERR Script killed by user with SCRIPT KILL...")
    lab.step(20)
    assert lab.frame.lanes[0].refused_now == 0


def test_a_script_that_has_written_cannot_be_killed_and_the_server_is_started_again() -> None:
    lab = SecurityLab("attacks", settings=["open"], knobs=Knobs(scan=0))
    script = b"redis.call('SET', 'x', '1') while true do end"
    assert lab.execute("attacker", [b"EVAL", script, b"0"]) is BLOCKED
    lab.step(55)
    assert lab.execute("app", [b"SCRIPT", b"KILL"]).message.startswith("UNKILLABLE")
    lab.step(15)
    frame = lab.frame.lanes[0]
    assert (frame.busy, frame.up, frame.keys) == (False, True, len(DATA))
    assert lab.deeds[0].reply.message == "Server closed the connection"
    lab.act("attack", "look")
    lab.step(10)
    assert lab.frame.lanes[0].through == 1


def test_what_client_pause_holds_back_is_answered_in_order() -> None:
    lab = SecurityLab("attacks", settings=["open"], knobs=Knobs(scan=0, rate=20))
    lab.execute("attacker", b"CLIENT PAUSE 4000".split())
    lab.step(10)
    assert lab.frame.lanes[0].waiting > 10
    assert lab.frame.lanes[0].served == 0
    assert lab.execute("app", b"SET app:page:1 x".split()) is BLOCKED
    lab.step(35)
    frame = lab.frame.lanes[0]
    assert (frame.waiting, frame.refused) == (0, 0)
    assert frame.served == frame.asked
    assert lab.deeds[-1].reply == b"OK"


def test_a_stranger_reads_along_but_not_the_passwords() -> None:
    lane = run("attacks", "password", Knobs(rate=10), 12 * SECOND)
    assert lane.attacker is not None
    seen = [one.reply for one in lane.attacker.told if not one.line]
    assert any('"GET" "app:session:' in line for line in seen)
    logins = [line for line in seen if '"AUTH"' in line]
    assert logins
    assert all("(redacted)" in line and "redis123" not in line for line in logins)


def test_a_rogue_master_takes_the_place_of_the_data_and_the_administrator_puts_them_back() -> None:
    lab = SecurityLab("attacks", settings=["open"], knobs=Knobs(scan=0))
    lab.act("attack", "replica")
    lab.step(15)
    frame = lab.frame.lanes[0]
    assert (frame.role, frame.foreign, frame.missing) == ("replica", 1, len(DATA))
    assert lab.execute("app", [b"SET", b"app:page:1", b"x"]).message.startswith("READONLY")
    assert lab.execute("app", [b"GET", b"pwned"]).startswith(b"send 0.1 BTC")
    lab.step(20)
    frame = lab.frame.lanes[0]
    assert (frame.role, frame.foreign, frame.missing) == ("master", 0, 0)


RIGHT = ("bind", "password", "acl", "protected")


@pytest.mark.parametrize("chunk", range(-(-SEEDS // CHUNK)))
def test_under_a_right_setting_the_application_works_and_no_value_changes(chunk: int) -> None:
    for seed in range(FIRST_SEED + chunk * CHUNK, FIRST_SEED + (chunk + 1) * CHUNK):
        chance = random.Random(seed)
        name = RIGHT[seed % len(RIGHT)]
        near = name == "protected" or chance.random() < 0.3
        knobs = Knobs(
            rate=chance.choice((5, 10, 20)), scan=0, password="strong",
            app_host="127.0.0.1" if near else "10.0.0.5", configs=chance.choice(("no", "yes")),
        )  # fmt: skip
        lane = SecurityLane("attacks", name, seed, knobs)
        for attack in chance.sample(sorted(ATTACKS), 8):
            lane.ask_for(attack)
        lane.run_to(8 * SECOND)
        frame = lane.take()
        assert (frame.refused, frame.empty, frame.lost) == (0, 0, 0), (seed, name)
        assert frame.served == frame.asked > 0, (seed, name)
        assert frame.through == 0 < frame.stopped, (seed, name)
        assert lane.admin.mended == 0, (seed, name)
        assert not spoiled(lane.world.master.engine.databases[0].peek), (seed, name)
        assert frame.keys == len(DATA), (seed, name)


# hardening


def test_a_server_is_hardened_step_by_step_while_it_runs() -> None:
    lab = SecurityLab("harden")
    lab.step(30)
    assert lab.figures()["yours.through"] == lab.figures()["open.through"] > 0
    lab.act("password", "", "strong")
    assert lab.standing("password") == "strong"
    lab.step(30)
    assert lab.frame.lane("yours").app_error == "(error) NOAUTH Authentication required."
    lab.act("deploy")
    lab.step(200)
    figures = lab.figures()
    assert figures["yours.untested"] == 0
    assert figures["yours.through"] > 0  # who is inside stays inside
    lab.act("kick")
    lab.step(100)
    figures = lab.figures()
    assert (figures["yours.through"], figures["yours.untested"]) == (0, 0)
    assert (figures["yours.refused_now"], figures["yours.missing"]) == (0, 0)
    assert figures["open.through"] > 0


@pytest.mark.parametrize(
    "steps",
    [
        [("bind", "inward"), ("kick", "")],
        [("acl", ""), ("deploy", ""), ("kick", "")],
        [("acl", ""), ("bind", "inward"), ("password", "strong"), ("deploy", ""),
         ("kick", "")],
    ],
)  # fmt: skip
def test_other_ways_to_harden_lead_there_as_well(steps: list[tuple[str, str]]) -> None:
    lab = SecurityLab("harden", settings=["yours"])
    lab.step(10)
    for kind, value in steps:
        lab.act(kind, "", value)
    lab.step(120)
    figures = lab.figures()
    assert (figures["yours.through"], figures["yours.untested"]) == (0, 0)
    assert (figures["yours.refused_now"], figures["yours.missing"]) == (0, 0)


def test_what_the_administrator_types_hardens_as_well_and_the_application_can_be_told() -> None:
    lab = SecurityLab("harden", knobs=Knobs(scan=0))
    lab.step(10)
    rules = b"ACL SETUSER app on >long-tea ~app:* +get +set".split()
    assert lab.execute("admin", rules) == b"OK"
    assert lab.execute("admin", b"ACL SETUSER default resetpass off".split()) == b"OK"
    lab.step(30)
    assert lab.frame.lane("yours").refused_now > 0
    lab.act("deploy")
    lab.step(30)
    assert lab.frame.lane("yours").refused_now == 0
    assert lab.execute("app", [b"ACL", b"WHOAMI"]).message.startswith("NOPERM")
    assert lab.execute("app", [b"GET", b"app:session:1"]) == b"user=1;token=t07919"
    assert lab.frame.lane("open").refused == 0


def test_who_hardens_while_nobody_is_served_has_to_do_it_again() -> None:
    lab = SecurityLab("harden", settings=["yours"], knobs=Knobs(scan=0))
    lab.act("attack", "lua")
    lab.step(20)
    lab.act("password", "", "strong")
    lab.step(40)  # it was answered by BUSY
    assert lab.standing("password") == "none"
    lab.step(30)
    assert lab.execute("admin", [b"PING"]) == b"PONG"
    lab.act("password", "", "strong")
    lab.act("deploy")
    lab.step(10)
    assert lab.standing("password") == "strong"
    assert lab.frame.lanes[0].app_error == ""
    assert lab.execute("yours", [b"PING"]) == b"PONG"


def test_bind_takes_addresses_of_this_machine_only() -> None:
    lab = SecurityLab("harden", knobs=Knobs(scan=0))
    wrong = lab.execute("admin@yours", b"CONFIG SET bind 10.0.0.99".split())
    assert wrong.message.endswith("'bind') - Failed to bind to specified addresses.")
    assert lab.execute("attacker@yours", [b"PING"]) == b"PONG"
    lab.act("bind", "", "local")
    assert lab.execute("attacker@yours", [b"PING"]) == b"PONG"  # the connection stands
    lab.act("kick")
    text = "Could not connect to Redis at 198.51.100.7:6379: Connection refused"
    assert lab.execute("attacker@yours", [b"PING"]).message == text
    assert lab.execute("admin@yours", [b"PING"]) == b"PONG"


# prompts


def test_each_person_has_a_prompt_at_each_server() -> None:
    lab = SecurityLab("attacks", knobs=Knobs(scan=0))
    assert lab.places[:3] == ("attacker", "app", "admin")
    assert lab.places[-6:] == SETTINGS["attacks"]
    assert lab.execute("attacker", [b"GET", b"billing:card:7"]) == b"4000 0000 0000 0002"
    assert lab.execute("attacker@acl", [b"PING"]).message == "NOAUTH Authentication required."
    assert lab.execute("attacker@protected", [b"PING"]).message.startswith("DENIED Redis is ")
    assert lab.execute("admin@acl", [b"ACL", b"WHOAMI"]) == b"admin"
    assert lab.execute("app@acl", [b"KEYS", b"*"]).message.startswith("NOPERM")
    assert lab.execute("app@renamed", [b"KEYS", b"*"]).message.startswith("ERR unknown command")
    assert lab.session_on("attacker@open").peer.startswith("203.0.113.9:")
    assert not lab.session_on("attacker@bind").local
    assert lab.engine_at("attacker@bind") is lab.engine_at("admin@bind")
    assert lab.execute("acl", [b"ACL", b"WHOAMI"]) == b"admin"  # who looks after that server
    assert lab.condition_of("attacker") == lab.condition_of("acl") == "online"
    for nowhere in ("attacker@nowhere", "somebody", "somebody@open"):
        with pytest.raises(KeyError):
            lab.engine_at(nowhere)


def test_what_is_typed_belongs_to_the_run() -> None:
    lab = SecurityLab("attacks", settings=["open"], knobs=Knobs(scan=0))
    lab.step(10)
    lab.execute("attacker", [b"FLUSHALL"])
    lab.step(5)
    assert lab.frame.lanes[0].keys < len(DATA)
    lab.back_to(900_000)
    assert lab.frame.lanes[0].keys == len(DATA)
    lab.step(6)
    assert lab.frame.lanes[0].keys < len(DATA)


def test_a_server_that_was_shut_down_is_started_again_after_the_next_attack() -> None:
    lab = SecurityLab("attacks", settings=["open"], knobs=Knobs(scan=0))
    lab.execute("attacker", [b"SHUTDOWN", b"NOSAVE"])
    lab.step(5)
    assert not lab.frame.lanes[0].up
    refused = lab.execute("app", [b"PING"])
    assert isinstance(refused, ReplyError)
    assert refused.message.endswith("Connection refused")
    lab.act("attack", "look")
    lab.step(10)
    assert lab.frame.lanes[0].up
    assert lab.frame.lanes[0].keys == len(DATA)
    lab.act("attack", "lua")
    lab.step(80)
    assert not lab.frame.lanes[0].busy


# passwords


def test_passwords_come_in_an_order_that_can_be_counted() -> None:
    assert [guess(number) for number in range(1, len(COMMON) + 1)] == list(COMMON)
    for number in [*range(1, 900), 1500, 10_127, 200_000]:
        assert place(guess(number)) == number
    assert place(b"tea-2026") == 427
    assert place(b"Tea-2026") == place(b"4" * 64) == 0
    assert choices(b"mvq") == 750 + 26 + 26**2 + 26**3
    assert choices(b"a" * 63 + b"1") == 16**64


def test_a_password_falls_at_its_place_and_a_long_one_does_not() -> None:
    lab = SecurityLab("guess", knobs=Knobs(guesses=500))
    lab.step(20)
    lanes = {lane.setting: lane.guess for lane in lab.frame.lanes}
    assert all(one is not None for one in lanes.values())
    found = {name: (one.found, one.tried) for name, one in lanes.items() if one is not None}
    assert found["common"] == (True, 16)
    assert found["dated"] == (True, 427)
    assert found["short"] == found["long"] == found["acl"] == (False, 1000)
    assert {name: one.logged for name, one in lanes.items() if one is not None} == {
        "common": 15, "dated": 426, "short": 1000, "long": 1000, "acl": 1000,
    }  # fmt: skip
    assert lab.figures()["app.refused"] == 0


# the lab as a lab


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_a_frame_is_plain_data_and_figures_have_the_same_names_throughout(experiment: str) -> None:
    lab = SecurityLab(experiment)
    names = set(lab.figures())
    lab.step(15)
    again = json.loads(json.dumps(lab.frame.as_json()))
    assert [lane["setting"] for lane in again["lanes"]] == list(SETTINGS[experiment])
    assert set(lab.figures()) == names


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_every_knob_turns_and_others_are_refused(experiment: str) -> None:
    lab = SecurityLab(experiment)
    for knob in lab.knobs_here():
        for value in knob.values or (0,):
            lab.act(knob.kind, knob.targets[0] if knob.targets else "", value)
            lab.step()
            if knob.values:
                assert lab.standing(knob.kind) == value
    for other in {kind for kinds in OF.values() for kind in kinds} - set(OF[experiment]):
        with pytest.raises(KeyError):
            lab.act(other, "", 1)
    with pytest.raises(KeyError):
        lab.act("attack", "prayer")
    with pytest.raises(KeyError):
        SecurityLab(experiment, settings=["prayer"])


def test_a_run_goes_back_and_comes_out_the_same() -> None:
    lab = SecurityLab("attacks", settings=["open", "acl"])
    lab.step(60)
    lab.act("password", "", "strong")
    lab.step(80)
    before = [lab.shown(number).as_json() for number in (65, 100, 140)]
    lab.back_to(6_100_000)
    lab.step(79)
    assert [lab.shown(number).as_json() for number in (65, 100, 140)] == before
    again = SecurityLab("attacks", settings=["open", "acl"], acts=lab.acts)
    again.step(140)
    assert again.shown(140).as_json() == before[-1]


def test_a_run_is_made_by_words() -> None:
    lab = lab_kind("security").make("attacks", 3, {"password": "strong", "rate": 10}, ())
    assert (lab.seed, lab.knobs.password, lab.knobs.rate) == (3, "strong", 10)
    for experiment, settings in (
        ("attacks", {"prayer": 1}),
        ("prayer", {}),
        ("guess", {"scan": 1}),
    ):
        with pytest.raises(KeyError):
            lab_kind("security").make(experiment, 3, settings, ())
