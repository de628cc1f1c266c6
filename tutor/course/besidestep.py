"""Reads a step's ``[step.django]`` and ``[step.memcached]``, and the lines that are for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tutor.course.calls import is_call, is_mc, is_python, line_words
from tutor.course.model import DjangoSetup, Line, McSetup, Step
from tutor.course.problems import Problem, did_you_mean
from tutor.course.prose import Document, Run
from tutor.course.schema import Table
from tutor.engine.cmdline import UnbalancedQuotes

MC_USAGE = ":mc get k"
_DEMANDS = ("django", "memcached")


def read_django_setup(table: Table) -> DjangoSetup | None:
    """``[step.django]`` with the name of its settings."""
    from tutor.network.django.settings import BLOCKS, read

    inner = table.table("django")
    if inner is None:
        return None
    name = inner.choice("settings", tuple(BLOCKS), "single")
    inner.close()
    lab = table.data.get("lab")
    replicas = read(BLOCKS[name]).replicas
    if replicas and not isinstance(lab, dict):
        inner.complain(f"the settings {name!r} name replicas: they need [step.lab]", "settings")
    elif isinstance(lab, dict) and replicas > lab.get("replicas", 2):
        inner.complain(f"the settings {name!r} name {replicas} replicas", "settings")
    return DjangoSetup(name)


def read_memcached_setup(table: Table) -> McSetup | None:
    """``[step.memcached]`` with what it is started with."""
    from tutor.course.mcstage import McStage
    from tutor.engine.clock import VirtualClock
    from tutor.memcached.settings import SettingsError

    inner = table.table("memcached")
    if inner is None:
        return None
    usual = McSetup()
    setup = McSetup(
        inner.get("memory_mb", int, usual.memory_mb),
        inner.get("item_kb", int, usual.item_kb),
        inner.get("evictions", bool, usual.evictions),
    )
    inner.close()
    if "lab" in table:
        inner.complain("a lab has no Memcached: it belongs to steps without [step.lab]")
    try:
        McStage(setup, VirtualClock())
    except SettingsError as error:
        inner.complain(str(error))
        return usual
    return setup


def line_fault(line: Line, step: Step) -> str | None:
    """What is wrong with a line for Django or Memcached, "" if nothing is; None for any other."""
    if is_mc(line.argv):
        from tutor.course.mcstage import FILL, fill_fault
        from tutor.memcached.text import COMMANDS

        if step.memcached is None:
            return "it needs [step.memcached]"
        if len(line.argv) == 1:
            return f"it is written: {MC_USAGE}"
        word = line.argv[1].lower()
        if word == FILL:
            return fill_fault(line.argv[2:])
        if word in COMMANDS or _is_mistake(line, step):
            return ""
        known = [FILL.decode(), *(name.decode() for name in COMMANDS)]
        return f"it is written: {MC_USAGE}{did_you_mean(word.decode('utf-8', 'replace'), known)}"
    if step.django is not None and is_call(line.argv):
        from tutor.course.callwords import complaint

        return complaint(line.argv)
    return None


def _is_mistake(line: Line, step: Step) -> bool:
    """A mistake may call a command that there is not, as learners do."""
    return any(line is one for reject in step.reject for one in reject.run)


def examples_beside(steps: Sequence[Step], prose: Mapping[str, Document]) -> Iterator[Problem]:
    """A call in a ``redis run`` block needs a step with Django, and can be read."""
    known = {step.id: step for step in steps}
    for document in prose.values():
        for anchor, section in document.sections.items():
            step = known.get(anchor.partition("/")[0])
            if step is None:
                continue
            for block in (one for one in section.blocks if isinstance(one, Run)):
                for text in block.lines:
                    fault = _example_fault(text, step)
                    if fault:
                        yield Problem(document.file, block.line, "S1", f"{text!r}: {fault}")


def _example_fault(text: str, step: Step) -> str:
    try:
        argv = line_words(text, step.django is not None)
    except UnbalancedQuotes as error:
        return "it needs [step.django]" if is_python(text) else str(error)
    return line_fault(Line(text, argv), step) or ""


def demand_faults(step: Step, data: Mapping[str, Any]) -> list[str]:
    """What a table of a check or rule asks of a Django or Memcached that the step does not have."""
    has = {"django": step.django is not None, "memcached": step.memcached is not None}
    return [
        f"{name!r} needs [step.{name}]"
        for name in _DEMANDS
        if isinstance(data.get(name), dict) and not has[name]
    ]
