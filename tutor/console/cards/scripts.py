"""Cards about scripts: Lua's errors with their lines, what may run, what the server has."""

from __future__ import annotations

import re
from collections.abc import Callable

from tutor.console.cards.case import Card, Case, Families, Try
from tutor.console.spelling import nearest
from tutor.i18n import _

__all__ = ["FAMILIES", "LUA", "quoted_problem", "unknown_global", "where"]

_PLACE = re.compile(r" script: (?P<name>\S+), on @(?P<source>\w+):(?P<line>\d+)\.$")
"""What Redis puts behind the error of a script: which script, and the line."""

LUA = re.compile(r"(?:ERR )?user_(?:script|function):(?P<line>\d+): (?P<text>.*)", re.DOTALL)


_NOT_THE_SCRIPT = (
    r"(?!ERR wrong number of arguments for '(eval|fcall)|ERR value is not an integer|ERR Number of "
    r"keys|ERR Bad number of|ERR Function not|ERR Can't execute|NOAUTH|NOPERM|OOM|READONLY|LOADING|"
    r"MISCONF|MASTERDOWN|NOREPLICAS|MOVED|ASK|CROSSSLOT|CLUSTERDOWN|TRYAGAIN|EXECABORT|DENIED)"
)
"""What the server says of a script before it runs; all else the script itself gives back."""


# where it happened


def _source_line(case: Case, number: int) -> str:
    """Line ``number`` of the script as typed; "" if it was not typed now (EVALSHA, FCALL)."""
    script = case.value("script", "function-code")
    lines = script.decode("utf-8", "replace").split("\n") if script is not None else []
    line = lines[number - 1].strip() if 0 < number <= len(lines) else ""
    return line.replace("`", "'")[:60]


def where(case: Case, number: int) -> str:
    """In which line: with the line itself if it is known and tells more than its number."""
    source = _source_line(case, number)
    if source:
        return _("Line {n}: `{source}`.").format(n=number, source=source)
    return _("Line {n} of the script.").format(n=number)


# Lua does not understand it


def does_not_compile(case: Case) -> Card | None:
    """A script that is not Lua."""
    found = LUA.search(case.message)
    if found is None:
        return None
    text = found["text"]
    if text.endswith("near '<eof>'"):
        meaning = _("The script ends before it is complete: an `end`, a bracket or a quote is "
                    "missing.")  # fmt: skip
    elif "malformed number" in text:
        meaning = _("A word that begins with a digit is no number and no name: text needs quotes.")
    else:
        meaning = _("Lua stumbles: {problem}.").format(problem=quoted_problem(text))
    first = (case.value("script") or b"").split(b" ", 1)[0].upper()
    tries: tuple[Try, ...] = ()
    if first in (b"GET", b"SET", b"INCR", b"DEL", b"HGET", b"LPUSH"):
        meaning += " " + _("A script calls commands with redis.call.")
        tries = (Try("EVAL \"return redis.call('GET', KEYS[1])\" 1 key"),)
    elif text.startswith("'=' expected") and re.match(rb"\s*(retrun|retun|reutrn|return[A-Za-z])",
                                                      case.value("script") or b""):  # fmt: skip
        meaning += " " + _("Is it “return”?")
    return Card(
        _("Lua does not understand the script"), f"{where(case, int(found['line']))} {meaning}",
        tries,
    )  # fmt: skip


def quoted_problem(text: str) -> str:
    """Lua's own words in a card's sentence."""
    return f"`{text.strip().rstrip('.').replace('`', chr(39))}`"


# it failed while it ran


def failed(case: Case) -> Card | None:
    """An error of a running script: in Lua, or of a command that it called."""
    place = _PLACE.search(case.message)
    text = case.message[: place.start()] if place is not None else case.message
    lua = LUA.match(text)
    line = int(place["line"] if place is not None else lua["line"] if lua is not None else 0)
    at = where(case, line) if line else ""
    said = lua["text"] if lua is not None else text.removeprefix("ERR ")
    for pattern, explain in _IN_LUA if lua is not None else _IN_CALL:
        found = re.match(pattern, said)
        if found is not None:
            title, meaning = explain(case, found)
            return Card(title, f"{at} {meaning}".strip())
    if lua is not None:
        title = _("The script failed")
        meaning = _("Lua says: {problem}.").format(problem=quoted_problem(said))
    else:
        title = _("A call in the script failed")
        meaning = _("Its error, {problem}, ended the script; with `redis.pcall` the script would "
                    "get it as a value.").format(problem=quoted_problem(said))  # fmt: skip
    wrong_type = case.named_keys()[:2] if said.startswith("WRONGTYPE") else []
    return Card(
        title,
        f"{at} {meaning} {_kept()}".strip(),
        tuple(Try(f"TYPE {case.line([key])}", _("what the key holds")) for key in wrong_type),
    )


def _kept() -> str:
    return _("What it had written before stays written.")


_Explained = tuple[str, str]

_KNOWN = ("KEYS", "ARGV", "redis", "cjson", "cmsgpack", "bit", "struct", "string", "table", "math",
          "tonumber", "tostring", "pairs", "ipairs", "type", "unpack", "error", "pcall", "select",
          "next", "nil", "true", "false", "local", "return", "function")  # fmt: skip


def unknown_global(case: Case, found: re.Match[str]) -> _Explained:
    name = found[1]
    if name in ("print", "io", "require", "dofile", "loadfile", "package", "debug"):
        meaning = _(
            "`{name}` does not exist here: a script reaches neither files nor the screen. "
            "`return` gives a value back, `redis.log` writes into the server's log."
        )
        return _("Scripts live in a sandbox"), meaning.format(name=name)
    if name == "os":
        meaning = _("Of `os` a script of Redis 7.0 has nothing: the time comes from "
                    "`redis.call('TIME')`.")  # fmt: skip
        return _("Scripts live in a sandbox"), meaning
    if name in ("KEYS", "ARGV"):
        meaning = _("KEYS and ARGV are there in EVAL only; a function gets them as its two "
                    "parameters: `function(keys, args)`.")  # fmt: skip
        return _("A function has parameters"), meaning
    near = nearest(name, [known.lower() for known in _KNOWN], 1)
    meaning = _("`{name}` has no value. Variables are made with `local`; text needs quotes.")
    meaning = meaning.format(name=name)
    if near:
        known = next(one for one in _KNOWN if one.lower() == near[0])
        meaning += " " + _("Is it `{name}`?").format(name=known)
    return _("Lua does not know {name}").format(name=name), meaning


def _read_only(case: Case, found: re.Match[str]) -> _Explained:
    return (
        _("Variables of a script are local"),
        _("Without `local` the name would belong to all scripts, and that Redis forbids: "
          "`local x = 1`."),
    )  # fmt: skip


def _is_nil(case: Case, found: re.Match[str]) -> _Explained:
    return (
        _("A value is missing"),
        _("Something there is nil: a key or an argument that was not passed (`KEYS[1]`, `ARGV[1]` "
          "count from 1; numkeys says how many words are keys), or a field that is not there."),
    )  # fmt: skip


def _is_false(case: Case, found: re.Match[str]) -> _Explained:
    return (
        _("A reply was nil"),
        _("For a key that does not exist, `redis.call` gives false: `redis.call('GET', k) or 0`."),
    )


def _is_text(case: Case, found: re.Match[str]) -> _Explained:
    return (
        _("A number is text"),
        _("Values of keys and ARGV are strings; `tonumber(ARGV[1])` makes a number of one."),
    )


def _bad_json(case: Case, found: re.Match[str]) -> _Explained:
    meaning = _("cjson.decode says: {problem}.").format(problem=quoted_problem(found[0]))
    return _("Not JSON"), meaning


_IN_LUA: tuple[tuple[str, Callable[[Case, re.Match[str]], _Explained]], ...] = (
    (r".*nonexistent global variable '(.*?)'", unknown_global),
    (r"Attempt to modify a readonly table", _read_only),
    (r"attempt to .*(\(a boolean value\)|a boolean value|boolean with|with boolean)", _is_false),
    (r"attempt to compare .*(nil with|with nil)|attempt to .*nil value", _is_nil),
    (r"bad argument .*expected, got (nil|no value)", _is_nil),
    (r"attempt to compare .*(string with number|number with string)", _is_text),
    (r"attempt to .*(string value)", _is_text),
    (r"Expected .* but found .* at character.*", _bad_json),
)


def _unknown_in_script(case: Case, found: re.Match[str]) -> _Explained:
    meaning = _("`redis.call` takes the command and each argument as a value of its own: "
                "`redis.call('GET', 'key')`, not one line.")  # fmt: skip
    return _("The script calls a command that does not exist"), meaning


def _arity_in_script(case: Case, found: re.Match[str]) -> _Explained:
    return (
        _("A command in the script has too few or too many words"),
        _("Each argument is a value of its own: `redis.call('SET', 'key', 'value')`."),
    )


def _not_from_scripts(case: Case, found: re.Match[str]) -> _Explained:
    return (
        _("Not from a script"),
        _("Nothing that waits, subscribes or changes the connection may be called from a script: a "
          "script is carried out in one go."),
    )  # fmt: skip


def _only_reads(case: Case, found: re.Match[str]) -> _Explained:
    return (
        _("This script may only read"),
        _("EVAL_RO, EVALSHA_RO, FCALL_RO and scripts with the flag no-writes call no command that "
          "writes. Without _RO it may."),
    )  # fmt: skip


def _kinds_of_arguments(case: Case, found: re.Match[str]) -> _Explained:
    return (
        _("Arguments are strings or numbers"),
        _("A table, nil, true or false is no argument of a command: `tostring(x)`, or the fields "
          "one by one with `unpack(t)`."),
    )  # fmt: skip


def _call_what(case: Case, found: re.Match[str]) -> _Explained:
    return _("redis.call without a command"), _("It takes at least one: `redis.call('PING')`.")


def _refused_by_acl(case: Case, found: re.Match[str]) -> _Explained:
    return (
        _("The rights of this user do not suffice"),
        _("A script may do what the user who runs it may do, and nothing more."),
    )


def _stopped(case: Case, found: re.Match[str]) -> _Explained:
    return (
        _("The script was ended"),
        _("It ran for too long. The embedded engine ends a script after some seconds; on a server "
          "somebody has to say SCRIPT KILL, and until then it serves nobody."),
    )  # fmt: skip


_IN_CALL: tuple[tuple[str, Callable[[Case, re.Match[str]], _Explained]], ...] = (
    (r"Unknown Redis command called from script", _unknown_in_script),
    (r"Wrong number of args calling Redis command", _arity_in_script),
    (r"This Redis command is not allowed from script", _not_from_scripts),
    (r".* command is not allowed with BLOCK option", _not_from_scripts),
    (r"Write commands are not allowed from read-only", _only_reads),
    (r"Lua redis lib command arguments must", _kinds_of_arguments),
    (r"Please specify at least one argument", _call_what),
    (r"The user executing the script can't", _refused_by_acl),
    (r"Script killed by user", _stopped),
)


def out_of_lua_memory(case: Case) -> Card | None:
    """A script that allocates without end."""
    return Card(
        _("The script took too much memory"),
        _("The embedded engine lets a script have so much and no more, so that the computer lives "
          "on. A real server would have taken it from all."),
    )  # fmt: skip


# what runs, and what is known


def how_many_keys(case: Case) -> Card | None:
    """EVAL script 5 a; EVAL script key."""
    at = case.place("numkeys")
    title = _("The number of keys does not fit")
    if at is None or not case.name.startswith(("EVAL", "FCALL")):
        return None
    rest = len(case.argv) - at - 1
    meaning = _("Behind `{script}` stands how many of the following words are keys; the "
                "others are arguments.")  # fmt: skip
    meaning = meaning.format(script=_script_word(case))
    if not re.fullmatch(rb"-?[0-9]+", case.argv[at]):
        title = _("How many keys?")
        counted = [*case.argv[:at], b"%d" % (rest + 1), *case.argv[at:]]
        others = [*case.argv[:at], b"0", *case.argv[at:]]
        tries = [(counted, _("all of them keys")), (others, _("all of them arguments"))]
    else:
        tries = [(case.replaced(at, b"%d" % rest), _("all of them keys"))]
        if rest:
            tries.append((case.replaced(at, b"0"), _("all of them arguments")))
    return Card(title, meaning, tuple(Try(case.line(line), why) for line, why in tries))


def _script_word(case: Case) -> str:
    """What stands before numkeys."""
    if case.name.startswith("FCALL"):
        return "function"
    return "sha1" if "SHA" in case.name else "script"


def not_an_integer(case: Case) -> Card | None:
    """EVAL script key."""
    at = case.place("numkeys")
    return how_many_keys(case) if at is not None and at == case.wrong else None


def arity(case: Case) -> Card | None:
    """EVAL script, and nothing more."""
    if len(case.argv) != 2:
        return None
    meaning = _("Behind `{script}` stands how many of the following words are keys: 0 if there are "
                "none.")  # fmt: skip
    return Card(
        _("How many keys?"),
        meaning.format(script=_script_word(case)),
        (Try(case.line([*case.argv, b"0"])),),
    )


def returned(case: Case) -> Card | None:
    """The script gave an error back: with redis.pcall or redis.error_reply."""
    if not case.name.startswith(("EVAL", "FCALL")):
        return None
    return Card(
        _("The script returned this error"),
        _("It comes out of the script, by `redis.pcall` or `redis.error_reply`. {kept}").format(
            kept=_kept()
        ),
    )


def no_script(case: Case) -> Card | None:
    """EVALSHA of something unknown."""
    sha = case.value("sha1") or b""
    meaning = _("EVALSHA names a script by its SHA1; a restart or SCRIPT FLUSH forgets them all. "
                "Programs then send the text once with EVAL.")  # fmt: skip
    if len(sha) != 40:
        meaning = _("A SHA1 has 40 hexadecimal digits; this word has {n}. SCRIPT LOAD tells it.")
        meaning = meaning.format(n=len(sha))
    near = [one for one in case.named("script") if sha and one.startswith(sha[:6].lower())]
    at = case.place("sha1")
    tries = [Try(case.with_word(at, one.decode())) for one in near[:2]] if at else []
    return Card(
        _("The server does not have this script"),
        meaning,
        tuple(tries) or (Try('SCRIPT LOAD "return 1"', _("stores a script, returns its SHA1")),),
    )


def busy(case: Case) -> Card | None:
    """A script runs too long."""
    kill = "FUNCTION KILL" if "FUNCTION KILL" in case.message else "SCRIPT KILL"
    return Card(
        _("A script is running"),
        _("Redis does one thing at a time, and somebody's script has run for longer than "
          "busy-reply-threshold. Until it ends only {kill} and SHUTDOWN NOSAVE are "
          "taken.").format(kill=kill),
        (Try(kill, _("ends it, if it has not written yet")),),
    )  # fmt: skip


def unkillable(case: Case) -> Card | None:
    """SCRIPT KILL of a script that has written."""
    return Card(
        _("The script has already written"),
        _("To end it now would leave half of its work done, and scripts promise all or nothing. "
          "Wait for it, or end the server without saving."),
    )  # fmt: skip


def nothing_runs(case: Case) -> Card | None:
    """SCRIPT KILL with nothing to kill."""
    return Card(
        _("No script is running"),
        _("SCRIPT KILL and FUNCTION KILL end a script that runs for too long; said by another "
          "client while it runs."),
    )  # fmt: skip


def shebang(case: Case) -> Card | None:
    """The first line of a script."""
    return Card(
        _("The first line is not right"),
        _("A script may begin with `#!lua` or with `#!lua flags=no-writes,allow-oom`; the flags "
          "are no-writes, allow-oom, allow-stale, no-cluster, allow-cross-slot-keys."),
    )  # fmt: skip


def writes_in_ro(case: Case) -> Card | None:
    """FCALL_RO of a function without the flag no-writes."""
    name = case.name.removesuffix("_RO")
    return Card(
        _("It does not promise to read only"),
        _("{name}_RO calls only what is marked with the flag no-writes.").format(name=name),
        (Try(case.with_word(0, name)),),
    )


def sync_or_async(case: Case) -> Card | None:
    """SCRIPT FLUSH NOW."""
    return Card(
        _("ASYNC or SYNC"),
        _("Memory is freed in the background or at once; for you it makes no difference."),
        (Try(case.line(case.argv[:2])),),
    )


def debugger(case: Case) -> Card | None:
    """SCRIPT DEBUG without its word."""
    return Card(
        _("YES, SYNC or NO"),
        _("The debugger of scripts is switched on for the next EVAL of a connection: redis-cli "
          "--ldb does it for you."),
    )  # fmt: skip


FAMILIES: Families = (
    (r"ERR Error compiling (script|function)", does_not_compile),
    (r"ERR Error running script .* not enough memory", out_of_lua_memory),
    (r".* script: \S+, on @\w+:\d+\.$", failed),
    (r"ERR user_(script|function):\d+: ", failed),
    (r"ERR (Script killed by user|This Redis command is not allowed from script)", failed),
    (r"ERR (The user executing the script|Write commands are not allowed from)", failed),
    (r"ERR (Unknown Redis command called|Wrong number of args calling) ", failed),
    (r"ERR (Lua redis lib command arguments|Please specify at least one)", failed),
    (r"ERR .* command is not allowed with BLOCK option", failed),
    (r"ERR (Number of keys can't be|Bad number of keys)", how_many_keys),
    (r"ERR value is not an integer or out of range$", not_an_integer),
    (r"NOSCRIPT ", no_script),
    (r"BUSY ", busy),
    (r"UNKILLABLE ", unkillable),
    (r"NOTBUSY ", nothing_runs),
    (r"ERR (Invalid (script shebang|engine in)|Unexpected (engine|flag) in)", shebang),
    (r"ERR Unknown lua shebang option", shebang),
    (r"ERR Can not execute a script with write flag", writes_in_ro),
    (r"ERR (SCRIPT|FUNCTION) FLUSH only", sync_or_async),
    (r"ERR Use SCRIPT DEBUG", debugger),
    (r"ERR wrong number of arguments for '(eval|evalsha|fcall)(_ro)?'", arity),
    (_NOT_THE_SCRIPT, returned),
)
