"""A lesson in lines: steps, checks, feedback, hints, questions, language."""

from __future__ import annotations

import re

import pytest

from tests.console.plain.kit import Script, small
from tutor.diagrams.server import SERVER_VIEWS
from tutor.i18n import set_language


def test_a_step_is_told_with_its_examples_carried_out() -> None:
    said = Script("string").page.text
    assert "step 1 of 10" in said
    assert '> GET tea:of:day\n"Пуэр"\n' in said
    assert "In the notes:\n" in said


def test_a_command_prints_its_reply_as_redis_cli_does() -> None:
    script = small("hash")
    assert script.type("HSET user:1 name Alice").startswith("(integer) 1\n")
    assert script.type("HGETALL user:1").startswith('1) "name"\n2) "Alice"\n')


def test_only_checks_that_changed_are_printed() -> None:
    script = small("hash")
    said = script.type("HSET user:1 name Alice")
    assert "✓ type of the key: hash" in said
    assert "✗ length: is 1, needs 2" in said
    assert "✓" not in script.type("HSET user:1 name Alice")
    assert "✓ length: 2" in script.type("HSET user:1 age 30")


def test_solving_says_so_and_next_goes_on() -> None:
    script = small("hash")
    said = script.type("HSET user:1 name Alice age 30")
    assert "Done. next goes on." in said
    assert "Not yet" not in said
    script.type("next")
    assert script.player.step.id == "guess"


def test_feedback_is_said_once_and_then_named() -> None:
    script = small("hash")
    assert "Not yet:\n" in script.type("SET user:1 Alice")
    assert "Not yet: 0 of 3 checks" in script.type("SET user:1 Alice")


def test_why_lists_every_demand_that_is_not_met() -> None:
    script = small("hash")
    script.type("HSET user:1 name Bob")
    said = script.type("why")
    assert "is “Bob”" in said or "is Bob" in said or "name = Bob" in said
    assert "length: is 1, needs 2" in said
    script.type("HSET user:1 name Alice age 30")
    assert script.type("why") == "Nothing is missing: every check is met.\n"


def test_what_cannot_be_compared_yet_says_so() -> None:
    assert "(nothing to compare yet)" in small("hash").type("why").replace("\n  ", " ")


def test_an_error_has_a_card() -> None:
    said = small("hash").type("SET user:1 x", "HSET user:1 name Alice")
    assert "(error) WRONGTYPE" in said
    assert "▌ " in said


def test_a_number_repeats_a_command_and_a_remark_is_not_sent() -> None:
    said = small().type("2 INCR n", "GET n  # how many?")
    assert said.startswith("(integer) 1\n(integer) 2\n")
    assert '"2"' in said
    assert "# how many? was not sent" in said


def test_lines_that_begin_with_a_hash_are_comments() -> None:
    assert small().type("# nothing", "") == ""


def test_hints_open_one_by_one_and_the_last_goes_to_the_prompt() -> None:
    script = Script("string", "append")
    for rung in (1, 2, 3):
        assert f" {rung}/4:" in script.type("hint")
        assert script.lesson.paste == ""
    assert "> APPEND greeting" in script.type("hint")
    assert script.lesson.paste.startswith("APPEND greeting")
    assert "4/4" in script.type("hint")
    assert script.player.assisted


def test_solution_runs_nothing() -> None:
    script = small("hash")
    said = script.type("solution")
    assert "> HSET user:1 age 30\n" in said
    assert script.player.world.history == []


def test_undo_redo_and_reset() -> None:
    script = small("hash")
    script.type("HSET user:1 name Alice")
    said = script.type("undo")
    assert "Taken back: HSET user:1 name Alice" in said
    assert "○ type of the key: hash" in said
    assert "✓ type of the key: hash" in script.type("redo")
    assert "○ type of the key: hash" in script.type(":reset")
    assert script.player.world.history == []
    assert script.type("undo") == "Nothing to undo.\n"
    assert "Say how many changes" in script.type("undo x")


def test_show_tells_the_key_of_the_step_and_what_the_last_command_did() -> None:
    script = small("hash")
    script.type("HSET user:1 name Alice")
    said = script.type("show")
    assert "Key user:1 has the type hash and the encoding listpack" in said
    assert "Alice" in said
    assert said == script.type("show user:1")
    assert script.type("show user:1 bytes") != said
    assert "There is no view nonsense" in script.type("show user:1 nonsense")
    assert "There is no key other" in script.type("show other")


def test_goal_tells_the_keys_of_a_solved_step() -> None:
    said = small("hash").type("goal")
    assert "Key user:1 has the type hash" in said
    assert "30" in said


def test_the_last_command_in_slow_motion_and_the_server_are_told_in_words() -> None:
    script = small("hash")
    script.type("HSET user:1 name Alice")
    assert "HSET user:1 name Alice" in script.type("slow")
    assert "There is 1 key" in script.type("server") or "1 key" in script.type("server")
    assert "Say what of the server" in script.type("server nonsense")


@pytest.mark.parametrize("view", SERVER_VIEWS)
def test_every_view_of_the_server_is_told_in_sentences(view: str) -> None:
    script = small("hash")
    script.type("HSET user:1 name Alice", "SET k v EX 60")
    said = script.type(f"server {view}")
    assert len(said.splitlines()) > 1
    assert not re.search(r"[\u2500-\u25ff]", said)


@pytest.mark.parametrize(("number", "verdict"), [("2", "Right."), ("1", "No.")])
def test_a_prediction_is_answered_by_number_and_then_really_run(number: str, verdict: str) -> None:
    script = small("guess")
    said = script.type(number)
    assert verdict in said
    assert '> APPEND k 0\n(integer) 2\n> GET k\n"10"\n' in said
    assert "(your answer)" in said
    assert script.type(number) == "No question is open here.\n"


def test_a_number_that_is_no_answer_is_explained() -> None:
    assert small("guess").type("7") == "Type a number from 1 to 3.\n"


def test_steps_where_and_go() -> None:
    script = small()
    assert " 1 ○ " in script.type("steps")
    assert "(you are here)" in script.type("steps")
    script.type("go 3")
    assert script.player.step.id == "guess"
    script.type("go hash")
    assert script.player.step.id == "hash"
    assert "step 2 of 4" in script.type("where")
    assert script.type("go 9") == "Say a number from 1 to 4: go 2\n"


def test_the_end_of_a_lesson_looks_back_and_back_returns() -> None:
    script = small("words")
    said = script.type("next")
    assert "The end of" in said
    assert "4 steps are still open" in said
    script.type("back")
    assert script.player.step.id == "words"
    script.type("next", "next")
    assert script.lesson.left == "next"


def test_the_language_changes_and_the_step_stays_as_it_is() -> None:
    script = Script("string", "append")
    script.type("SET greeting x")
    before = script.player.world.history[-1]
    said = script.type("lang ru")
    assert "Задание:" in said or "Task:" in said  # the step's own text is Russian in any case
    assert "Дописать в конец" in said
    assert script.player.world.history[-1] is before
    assert "ru (Русский)" in script.type("lang xx")
    set_language("en")


def test_enter_goes_on_only_for_a_person_and_only_when_the_step_is_done() -> None:
    script = Script("string", "append", interactive=True)
    script.type("")
    assert script.player.step.id == "append"
    script.type('APPEND greeting ", Анна!"', "")
    assert script.player.step.id == "counter"
    quiet = Script("string", interactive=False)
    quiet.type("")
    assert quiet.player.index == 0


def test_a_quote_that_is_not_closed_is_explained() -> None:
    said = small().type('SET "x')
    assert said.startswith("Invalid argument(s)\n")
    assert "▌ A quote is not closed" in said


# clients and time


def test_another_client_answers_what_one_waits_for() -> None:
    script = small()
    assert script.type("BLPOP q 0") == "(waits; its answer is told when it comes)\n"
    assert script.lesson.prompt() == "127.0.0.1:6379> "
    script.type(":client 2")
    assert script.lesson.prompt() == "#2 127.0.0.1:6379> "
    said = script.type("LPUSH q a")
    assert said == '(integer) 1\nThe answer to BLPOP q 0:\n1) "q"\n2) "a"\n'


def test_changing_places_is_no_mistake() -> None:
    script = small("hash")
    script.type("SET user:1 Alice")
    assert script.type(":client 2") == "Client 2 has connected.\n"


def test_in_a_pipe_a_wait_that_ends_is_waited_for() -> None:
    script = small()
    before = script.clock.now_us()
    assert script.type("BLPOP q 2") == "(nil)\n"
    assert script.clock.now_us() - before >= 2_000_000


def test_a_command_after_one_that_waits_gives_it_up() -> None:
    script = small()
    said = script.type("BLPOP q 0", "PING")
    assert "Given up waiting.\nPONG\n" in said


def test_time_goes_by_with_run_and_late_answers_come_with_it() -> None:
    script = small()
    script.lesson._turns._holds = False
    script.type("SET k v EX 50", "BLPOP q 10")
    said = script.type(":run 61")
    assert "61 s have gone by" in said
    assert "The answer to BLPOP q 10:\n(nil)" in said
    assert script.type("EXISTS k") == "(integer) 0\n"
    assert "This is written so: :run 61" in script.type(":run soon")
    assert "There is no :nonsense" in script.type(":nonsense 1")


def test_messages_of_other_clients_are_told() -> None:
    script = small()
    script.type("SUBSCRIBE news", ":client 2")
    said = script.type("PUBLISH news hi")
    assert "to client 1:" in said
    assert '3) "hi"' in said


# the lab


def test_a_lab_says_once_how_its_time_goes() -> None:
    script = Script("replication")
    assert "time stands still" in " ".join(script.page.text.split())
    assert "time stands still" not in " ".join(script.type("next").split())


def test_moves_tell_what_happened() -> None:
    script = Script("replication", "stale")
    assert "the link master – replica2 is cut" in script.type(":cut master-replica2")
    assert "1 s have gone by" in script.type(":run 1")
    assert "This is written so: :cut master-replica1" in script.type(":cut x")
    assert "another future" in script.type(":back 1")
    assert script.type("undo") == "In a lab :back 2 takes back two seconds.\n"


def test_the_prompt_of_a_lab_is_on_a_node() -> None:
    script = Script("replication", "stale")
    assert script.lesson.prompt() == "master:6379> "
    script.type(":node replica1")
    assert script.lesson.prompt() == "replica1:6379> "
    assert "slave" in script.type("ROLE")


def test_a_lab_is_shown_in_sentences() -> None:
    script = Script("replication", "stale")
    said = script.type("show")
    assert "replica1, replica, online" in said
    assert "Acknowledged writes" in said
    script.type("SET own:key v")
    assert "Key own:key has the type string" in script.type("show own:key")


def test_an_answer_that_a_lab_owes_comes_with_its_time() -> None:
    script = Script("replication", "stale")
    script.type(":isolate master", "SET k v")
    assert "(waits; :run 1 lets time go by)" in script.type("WAIT 2 500")
    assert "The answer to WAIT 2 500:\n(integer) 0\n" in script.type(":run 1")
