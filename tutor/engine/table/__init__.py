"""The command table: what every command is called, takes, touches and means, as data.

`load_table()` gives the rows (`spec.py` says their shape and source), `keys_of` the keys of a
command that was typed (`keys_and_flags`: and what happens to them), `syntax` its signature for
people. How typed words fit a signature is the business of `tutor.engine.table.match`, which is not
imported here: a server has no use for it.
"""

from tutor.engine.table.keys import keys_and_flags, keys_of
from tutor.engine.table.notation import signature_parts, syntax
from tutor.engine.table.spec import (
    CATEGORY_ORDER,
    FLAG_ORDER,
    Argument,
    CommandSpec,
    KeySpec,
    load_table,
)

__all__ = [
    "CATEGORY_ORDER",
    "FLAG_ORDER",
    "Argument",
    "CommandSpec",
    "KeySpec",
    "keys_and_flags",
    "keys_of",
    "load_table",
    "signature_parts",
    "syntax",
]
