"""Lua scripts and functions (redis 7.0: eval.c, function_lua.c, functions.c, script_lua.c).

    EVAL, FCALL ─▶ Scripting ─▶ LuaState ─▶ Lua ─▶ redis.call ─▶ gates ─▶ Engine.call
                       │                      │
                       └ scripts, libraries   └ count hook ─▶ Scripting.interrupt (limits, KILL)

- `scripts`: what is cached, what runs, and the limits that hold; `flags`: what a script declares.
- `libraries`: libraries of functions as data, and their payload (FUNCTION DUMP).
- `runtime`: one Lua 5.1 state with its sandbox; `bytecode`: why its errors know their line.
- `calls`: a command that a script calls; `conversion`: replies into Lua and out of it.
- ``*.lua``: what runs inside. ``sandbox`` shuts the doors, ``api`` is the table `redis`,
  ``library`` what functions see while they load, ``reply`` turns results into tokens, ``driver``
  runs it all; ``cjson``, ``cmsgpack``, ``struct`` and ``bit`` are the libraries.

Lua is loaded when the first script is run, not before.
"""

from tutor.engine.scripting.running import RunningScript
from tutor.engine.scripting.scripts import Scripting

__all__ = ["RunningScript", "Scripting"]
