"""Rules that run the lesson: what is right passes, what is wrong is refused and explained."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tutor.course import questions
from tutor.course.calls import is_call, line_name
from tutor.course.callwords import is_known
from tutor.course.lint.context import SEEDS, Bench, Context, beside, command_of, shown
from tutor.course.lint.labbench import LabBench
from tutor.course.observe import Moment
from tutor.course.player import Player
from tutor.course.predicates.replies import reply_text
from tutor.course.predicates.state import same_value
from tutor.course.problems import Problem
from tutor.course.prose import Run, Transcript
from tutor.course.texts import perform_section
from tutor.engine.clock import SystemClock, VirtualClock
from tutor.engine.replies import is_error

IDLENESS = (b":run", b"30")
"""In a lab time goes on while a learner reads."""

ROUTES = 3
MISTAKES = 3


Moves = list[tuple[bytes, ...]]


def e1_setup_runs_clean(context: Context) -> Iterator[Problem]:
    """Setup commands succeed."""
    for step in context.lesson.steps:
        for line, reply in context.bench(step).failed:
            message = f"setup of {step.id!r} fails: {line.text!r} → {reply_text(reply)}"
            yield context.problem("E1", step.line, message)


def e2_start_is_unsolved(context: Context) -> Iterator[Problem]:
    """The start of an exercise does not satisfy its checks."""
    for step in context.exercises():
        if step.checks and context.bench(step).run(()).passed:
            message = f"{step.id!r} is solved before anything is typed"
            yield context.problem("E2", step.line, message)
        elif step.lab is not None and context.bench(step).run([IDLENESS]).passed:
            message = f"{step.id!r} is solved by waiting"
            yield context.problem("E2", step.line, message)


def e3_right_ways_pass(context: Context) -> Iterator[Problem]:
    """The solution and every accepted route pass; there are at least three routes."""
    for step in context.exercises():
        context.count("exercises")
        for lines, line in [(step.solution, step.line), *((a.run, a.line) for a in step.accept)]:
            outcome = context.bench(step).run(lines)
            context.count("routes")
            if not outcome.passed:
                failed = ", ".join(outcome.red)
                said = f" (feedback {outcome.feedback!r})" if outcome.feedback else ""
                message = f"{step.id!r} refuses {shown(lines)!r}: fails {failed}{said}"
                yield context.problem("E3", line, message)
        if len(step.accept) < ROUTES:
            message = f"{step.id!r} proves {len(step.accept)} accepted routes, not {ROUTES}"
            yield context.problem("E3", step.line, message)


def e4_mistakes_are_refused(context: Context) -> Iterator[Problem]:
    """Every rejected sample fails exactly the checks that it names and earns its feedback."""
    for step in context.exercises():
        for reject in step.reject:
            context.count("mistakes")
            outcome = context.bench(step).run(reject.run)
            if set(outcome.red) != set(reject.fails):
                message = (
                    f"{step.id!r}: {shown(reject.run)!r} fails {_list(outcome.red)}, "
                    f"not {_list(reject.fails)}"
                )
                yield context.problem("E4", reject.line, message)
            elif outcome.feedback != reject.feedback:
                message = (
                    f"{step.id!r}: {shown(reject.run)!r} earns the feedback "
                    f"{outcome.feedback!r}, not {reject.feedback!r}"
                )
                yield context.problem("E4", reject.line, message)
        if len(step.reject) < MISTAKES:
            message = f"{step.id!r} refuses {len(step.reject)} mistakes, not {MISTAKES}"
            yield context.problem("E4", step.line, message)


def e5_every_check_bites(context: Context) -> Iterator[Problem]:
    """Each check is needed: some mistake fails it."""
    for step in context.exercises():
        for check in step.checks:
            if not any(check.id in reject.fails for reject in step.reject):
                message = f"no mistake of {step.id!r} fails the check {check.id!r}"
                yield context.problem("E5", check.line, message)


def e6_every_command_counts(context: Context) -> Iterator[Problem]:
    """The solution without any one of its commands fails."""
    for step in context.exercises():
        for index, line in enumerate(step.solution):
            if line.command in (":run", ":client"):
                continue  # time goes on by itself; who is who shows in the commands
            context.count("mutants")
            mutant = step.solution[:index] + step.solution[index + 1 :]
            if context.bench(step).run(mutant).passed:
                message = f"the solution of {step.id!r} passes without {line.text!r}"
                yield context.problem("E6", step.line, message)


def e7_noise_does_not_matter(context: Context) -> Iterator[Problem]:
    """Another key, PING, lower case, an error first, undo and redo change no verdict."""
    for step in context.exercises():
        solution = [line.argv for line in step.solution]
        if not context.bench(step).run(solution).passed:
            continue
        noises = _noises(solution) if step.lab is None else _lab_noises(solution)
        outcomes = {name: context.bench(step).run(lines) for name, lines in noises.items()}
        again = "undo and redo" if step.lab is None else "a way back and again"
        outcomes[again] = context.bench(step).run(solution, undo_redo=True)
        for name, outcome in outcomes.items():
            context.count("noises")
            if not outcome.passed:
                message = f"the solution of {step.id!r} with {name} fails {_list(outcome.red)}"
                yield context.problem("E7", step.line, message)


def _noises(solution: Moves) -> dict[str, Moves]:
    return {
        "an extra key": [(b"SET", b"lint:other", b"x"), *solution],
        "lower case": list(map(_lower, solution)),
        "errors first": [(b"NOSUCHCOMMAND", b"x"), (b"GET",), *solution],
        "PING afterwards": [*solution, (b"PING",), (b"TTL", b"lint:other")],
    }


def _lower(argv: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """A command's name in lower case; Python knows a name in one way only."""
    if is_call(argv):
        return argv
    at = 2 if argv[0] == b":on" else 0
    return (*argv[:at], argv[at].lower(), *argv[at + 1 :])


def _lab_noises(solution: Moves) -> dict[str, Moves]:
    """In a lab also time may pass, before and after."""
    return {
        "an extra key": [(b"SET", b"lint:other", b"x"), *solution],
        "lower case": list(map(_lower, solution)),
        "errors first": [(b"NOSUCHCOMMAND", b"x"), (b":nosuchword",), (b"GET",), *solution],
        "a pause first": [(b":run", b"7"), *solution],
        "time afterwards": [*solution, (b"PING",), (b":run", b"20")],
    }


def e8_mistakes_can_be_mended(context: Context) -> Iterator[Problem]:
    """From every rejected sample ``recover``, or the solution, still leads to green."""
    for step in context.exercises():
        for reject in step.reject:
            way = reject.recover or step.solution
            outcome = context.bench(step).run((*reject.run, *way))
            if not outcome.passed:
                what = "recover" if reject.recover else "the solution"
                message = (
                    f"{step.id!r}: after {shown(reject.run)!r} {what} fails "
                    f"{_list(outcome.red)}; add 'recover' commands that do not"
                )
                yield context.problem("E8", reject.line, message)


def e9_chance_and_clock_do_not_matter(context: Context) -> Iterator[Problem]:
    """Verdicts are the same under five seeds, in virtual and in real time."""
    for step in context.exercises():
        samples = [step.solution, *(accept.run for accept in step.accept)]
        samples += [reject.run for reject in step.reject]
        expected = [context.bench(step).run(lines).green for lines in samples]
        others = [seed for seed in SEEDS if seed != context.lesson.seed][: len(SEEDS) - 1]
        benches: list[tuple[str, Bench | LabBench]] = [
            (f"seed {seed}", context.bench(step, seed)) for seed in others
        ]
        if step.lab is None:
            benches.append(("the real clock", Bench(step, context.lesson.seed, SystemClock())))
        for name, bench in benches:
            for lines, green in zip(samples, expected, strict=True):
                if bench.run(lines).green != green:
                    message = f"{step.id!r}: the verdict on {shown(lines)!r} differs with {name}"
                    yield context.problem("E9", step.line, message)


def e10_steps_stand_alone(context: Context) -> Iterator[Problem]:
    """Each step is solved when opened alone, by a jump, and after coming back to it."""
    first = context.course.lesson(context.lesson.id).steps[0].id
    for step in context.exercises():
        if not context.bench(step).run(step.solution).passed:
            continue
        alone = Player(context.course, context.lesson.id, step.id, clock=VirtualClock())
        jumped = Player(context.course, context.lesson.id, first, clock=VirtualClock())
        jumped.jump(step.id)
        for name, player in (("opened alone", alone), ("reached by a jump", jumped)):
            for line in step.solution:
                player.run(line.argv)
            if not player.passed:
                yield context.problem("E10", step.line, f"{step.id!r} cannot be solved when {name}")
        back = Player(context.course, context.lesson.id, clock=VirtualClock())
        back.restore(alone.state())
        if back.step.id != step.id or not back.passed:
            message = f"{step.id!r} is not the same after coming back"
            yield context.problem("E10", step.line, message)


def e11_examples_run(context: Context) -> Iterator[Problem]:
    """Every ``redis run`` block runs without an error reply, the same each time."""
    steps = {step.id: step for step in context.lesson.steps}
    for language, anchor, section in context.sections():
        step = steps.get(anchor.partition("/")[0])
        if step is None or not any(isinstance(block, Run) for block in section.blocks):
            continue
        runs = [perform_section(section.blocks, step, context.lesson.seed) for _ in range(2)]
        if runs[0] != runs[1]:
            yield context.text_problem("E11", language, anchor, "its replies differ each time")
        runs_shown = [
            block for block in section.blocks if isinstance(block, Run) and not block.wire
        ]
        allowed = [block.errors for block in runs_shown]
        shown_blocks = [block for block in runs[0] if isinstance(block, Transcript)]
        for block, errors in zip(shown_blocks, allowed, strict=True):
            context.count("run blocks")
            for exchange in block.exchanges:
                if is_error(exchange.reply) and not errors:
                    message = f"{exchange.line!r} → {reply_text(exchange.reply)}"
                    yield context.text_problem("E11", language, anchor, message)


def e12_commands_exist(context: Context) -> Iterator[Problem]:
    """Everything but the mistakes uses commands that the engine has."""
    for step in context.lesson.steps:
        lines = [*step.setup, *step.solution, *step.goal]
        lines += [line for accept in step.accept for line in accept.run]
        if step.predict is not None:
            lines += [*step.predict.run, step.predict.ask]
        if step.demo is not None:
            lines += [beat.moved for beat in step.demo.beats if beat.moved is not None]
        known = context.bench(step).engine.commands
        for line in lines:
            name = line_name(line.argv) if beside(step) else ""
            argv = () if name else line.asked
            if name and not is_known(name):
                yield context.problem("E12", step.line, f"{step.id!r}: there is no {name!r}")
            if argv and (command_of(argv) is None or argv[0].lower() not in known):
                message = f"{step.id!r}: there is no command {argv[0].decode()!r}"
                yield context.problem("E12", step.line, message)


def e13_goal_is_the_solution(context: Context) -> Iterator[Problem]:
    """The goal picture shows what the solution leads to on the focused key."""
    for step in context.exercises():
        if not step.goal or step.view.focus is None:
            continue
        values = []
        for lines in (step.goal, step.solution):
            outcome = context.bench(step).run(lines)
            values.append(Moment.of_engine(outcome.scene.world.engine).value(step.view.focus))
        if not same_value(*values):
            message = f"the goal of {step.id!r} differs from its solution in {step.view.focus!r}"
            yield context.problem("E13", step.line, message)


def e15_questions_have_one_answer(context: Context) -> Iterator[Problem]:
    """The engine's reply fits exactly one option of a predict question, under every seed."""
    for step in context.lesson.steps:
        if step.predict is None:
            continue
        context.count("predictions")
        for seed in (context.lesson.seed, *SEEDS):
            reply = questions.computed_reply(step, seed)
            fitting = [id_ for id_, spec in step.predict.options.items() if spec.fits(reply)]
            if len(fitting) != 1:
                message = (
                    f"the question of {step.id!r} is answered by {reply_text(reply)}, "
                    f"which fits {_list(fitting)}"
                )
                yield context.problem("E15", step.predict.line, message)
                break


def _list(names: object) -> str:
    words = [repr(name) for name in names]  # type: ignore[attr-defined]
    return ", ".join(words) or "nothing"


Rule = Callable[[Context], Iterator[Problem]]
ENGINE_RULES: dict[str, Rule] = {
    "E1": e1_setup_runs_clean,
    "E2": e2_start_is_unsolved,
    "E3": e3_right_ways_pass,
    "E4": e4_mistakes_are_refused,
    "E5": e5_every_check_bites,
    "E6": e6_every_command_counts,
    "E7": e7_noise_does_not_matter,
    "E8": e8_mistakes_can_be_mended,
    "E9": e9_chance_and_clock_do_not_matter,
    "E10": e10_steps_stand_alone,
    "E11": e11_examples_run,
    "E12": e12_commands_exist,
    "E13": e13_goal_is_the_solution,
    "E15": e15_questions_have_one_answer,
}
