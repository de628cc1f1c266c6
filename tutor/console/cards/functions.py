"""Cards about functions: libraries that do not load, names that nobody has."""

from __future__ import annotations

import re

from tutor.console.cards.case import Card, Case, Families, Try, alike, several, shown
from tutor.console.cards.scripts import LUA, quoted_problem, unknown_global, where
from tutor.i18n import _

__all__ = ["FAMILIES"]

_TOO_LONG_TO_TYPE = 70


def no_function(case: Case) -> Card | None:
    """FCALL of something unknown."""
    name = case.value("function") or b""
    known = case.named("function")
    at = case.place("function")
    tries = [Try(case.with_word(at, one.decode())) for one in alike(name, known)] if at else []
    if known:
        meaning = _("There are: {functions}.").format(functions=several(known))
    else:
        meaning = _("No library is loaded. FUNCTION LOAD brings functions; for a script that is "
                    "sent with each call there is EVAL.")  # fmt: skip
    title = _("There is no function {word}").format(word=shown(name))
    return Card(title, meaning, (*tries, Try("FUNCTION LIST", _("libraries and functions"))))


def no_library(case: Case) -> Card | None:
    """FUNCTION DELETE of something unknown."""
    name = case.value("library-name") or b""
    known = case.named("library")
    at = case.place("library-name")
    tries = [Try(case.with_word(at, one.decode())) for one in alike(name, known)] if at else []
    meaning = _("There are: {functions}.").format(functions=several(known)) if known else _(
        "No library is loaded."
    )  # fmt: skip
    title = _("There is no library {word}").format(word=shown(name))
    return Card(title, meaning, (*tries, Try("FUNCTION LIST", _("libraries and functions"))))


def library_head(case: Case) -> Card | None:
    """The first line of a library."""
    return Card(
        _("A library begins with its name"),
        _("The first line is `#!lua name=mylib`: engine lua, then a name of letters, digits and _, "
          "and nothing else. A line end is \\n inside double quotes."),
        (Try(_EXAMPLE),),
    )  # fmt: skip


_EXAMPLE = (
    'FUNCTION LOAD "#!lua name=mylib\\nredis.register_function('
    "'myfunc', function(keys, args) return args[1] end)\""
)


def library_exists(case: Case) -> Card | None:
    """FUNCTION LOAD of a name that is there."""
    found = re.search(r"'?(\w+)'? already exists", case.message)
    line = case.line([*case.argv[:2], b"REPLACE", *case.argv[2:]])
    tries: tuple[Try, ...] = ()
    if case.name == "FUNCTION LOAD" and len(line) <= _TOO_LONG_TO_TYPE:
        tries = (Try(line, _("overwrites it")),)
    meaning = _("FUNCTION LOAD REPLACE overwrites `{name}`, all its functions with it.")
    return Card(
        _("The library is there already"),
        meaning.format(name=found[1] if found is not None else "?"),
        tries,
    )


def function_exists(case: Case) -> Card | None:
    """A function of this name belongs to another library."""
    return Card(
        _("Another library has this function"),
        _("Names of functions are the server's, not the library's: no two libraries may have the "
          "same, in whatever case."),
        (Try("FUNCTION LIST", _("which has it")),),
    )  # fmt: skip


def registering(case: Case) -> Card | None:
    """A library's code failed while it was loaded."""
    text = case.message.partition("functions: ")[2] or case.message
    found = LUA.search(text)
    at = where(case, int(found["line"])) + " " if found is not None else ""
    said = (found["text"] if found is not None else text).removeprefix("ERR ")
    if "global variable 'call'" in said or "only be called inside a script" in said:
        meaning = _("While a library is loaded it may only register functions; commands are called "
                    "when a function runs.")  # fmt: skip
    elif "readonly table" in said:
        meaning = _("Everything in a library is `local`: `local function f(keys, args) … end`.")
    elif "nonexistent global" in said:
        _title, meaning = unknown_global(case, _global(said))
    else:
        meaning = _("Lua says: {problem}.").format(problem=quoted_problem(said))
        if "register_function" in said or "flag" in said or "name" in said:
            meaning += " " + _("`redis.register_function('name', function(keys, args) … end)`, or "
                               "with a table of function_name, callback, flags.")  # fmt: skip
    return Card(_("The library was not loaded"), at + meaning)


def _global(text: str) -> re.Match[str]:
    found = re.search(r"global variable '(.*?)'", text)
    assert found is not None
    return found


def nothing_registered(case: Case) -> Card | None:
    """A library without functions."""
    return Card(
        _("The library has no functions"),
        _("It must call redis.register_function at least once while it is loaded."),
        (Try(_EXAMPLE),),
    )


def loading_too_long(case: Case) -> Card | None:
    """FUNCTION LOAD timeout."""
    return Card(
        _("Loading took too long"),
        _("While it is loaded, a library has half a second to register its functions; work belongs "
          "inside a function."),
    )  # fmt: skip


def restore_how(case: Case) -> Card | None:
    """FUNCTION RESTORE data FOO."""
    return Card(
        _("FLUSH, APPEND or REPLACE"),
        _("FLUSH drops all libraries first, APPEND refuses names that are taken (as when nothing "
          "is said), REPLACE overwrites them."),
    )  # fmt: skip


def not_from_dump(case: Case) -> Card | None:
    """FUNCTION RESTORE of other bytes."""
    if case.name != "FUNCTION RESTORE":
        return None
    return Card(
        _("These are not bytes from FUNCTION DUMP"),
        _("What DUMP gives of a key is something else; that RESTORE takes."),
        (Try("FUNCTION DUMP"),),
    )


def function_word(case: Case) -> Card | None:
    """FUNCTION LIST FOO, FUNCTION LOAD REPLAC."""
    return Card(
        _("There is no such option"),
        _("FUNCTION LOAD knows REPLACE; FUNCTION LIST knows LIBRARYNAME pattern and WITHCODE."),
        (Try("help " + case.name),),
    )


FAMILIES: Families = (
    (r"ERR Error registering functions", registering),
    (r"ERR Function not found", no_function),
    (r"ERR Library not found", no_library),
    (r"ERR (Missing|Invalid) library metadata|ERR Invalid metadata value", library_head),
    (r"ERR Library name was not given|ERR Library names can only|ERR Engine '", library_head),
    (r"ERR Library '?\w+'? already exists", library_exists),
    (r"ERR Function \w+ already exists", function_exists),
    (r"ERR Function already exists in the library", registering),
    (r"ERR No functions registered", nothing_registered),
    (r"ERR FUNCTION LOAD timeout", loading_too_long),
    (r"ERR Wrong restore policy", restore_how),
    (r"ERR (Failed loading library|given type is not|DUMP payload version)", not_from_dump),
    (r"ERR (Unknown (option given|argument)|library name argument)", function_word),
)
