"""What the words of the signatures mean: ``seconds``, ``NX``, ``WITHSCORES``, …"""

from __future__ import annotations

from tutor.i18n import _

__all__ = ["explain"]


def explain(command: str, token: str, name: str) -> str:
    """A short explanation in the present language of an argument of a command.

    ``token`` is its literal word in capitals ("" if it has none), ``name`` the placeholder ("" for
    a word that stands alone). "" if there is nothing to say.
    """
    family = _FAMILIES.get(command, command)
    for key in ((family, token), (family, name), ("", token), ("", name)):
        if key[1] and key in _keys():
            return _keys()[key]
    return ""


_FAMILIES = {
    "pexpire": "expire",
    "expireat": "expire",
    "pexpireat": "expire",
    "zrangestore": "zrange",
    "sort_ro": "sort",
    "blpop": "pop",
    "brpop": "pop",
    "bzpopmin": "pop",
    "bzpopmax": "pop",
    "zrangebylex": "lex",
    "zrevrangebylex": "lex",
    "zlexcount": "lex",
    "zremrangebylex": "lex",
}


def _keys() -> dict[tuple[str, str], str]:
    """(command, word) to explanation; the command is "" where all commands agree."""
    return {
        ("", "EX"): _("time to live in seconds"),
        ("", "PX"): _("time to live in milliseconds"),
        ("", "EXAT"): _("the moment of death, Unix time in seconds"),
        ("", "PXAT"): _("the moment of death, Unix time in milliseconds"),
        ("", "KEEPTTL"): _("keep the time to live that the key has"),
        ("", "PERSIST"): _("take the time to live away"),
        ("set", "NX"): _("only if the key does not exist"),
        ("set", "XX"): _("only if the key exists"),
        ("set", "GET"): _("return the old value"),
        ("expire", "NX"): _("only if the key has no time to live"),
        ("expire", "XX"): _("only if the key has a time to live"),
        ("expire", "GT"): _("only if the new time is later"),
        ("expire", "LT"): _("only if the new time is earlier"),
        ("zadd", "NX"): _("only add new members"),
        ("zadd", "XX"): _("only update members that are there"),
        ("zadd", "GT"): _("update only if the new score is greater"),
        ("zadd", "LT"): _("update only if the new score is less"),
        ("zadd", "CH"): _("return how many changed, not how many are new"),
        ("zadd", "INCR"): _("add to the score, as ZINCRBY"),
        ("zrange", "BYSCORE"): _("start and stop are scores"),
        ("zrange", "BYLEX"): _("start and stop are names: [a, (b, -, +"),
        ("zrange", "REV"): _("from the greatest to the least"),
        ("zrange", "start"): _("first position, score or name"),
        ("zrange", "stop"): _("last position, score or name"),
        ("", "WITHSCORES"): _("with the scores"),
        ("", "WITHVALUES"): _("with the values"),
        ("", "LIMIT"): _("skip offset results, return count"),
        ("sintercard", "LIMIT"): _("stop counting here"),
        ("zintercard", "LIMIT"): _("stop counting here"),
        ("", "WEIGHTS"): _("a factor for the scores of each key"),
        ("", "AGGREGATE"): _("how scores of the same member are combined"),
        ("", "MATCH"): _("only names that match the pattern"),
        ("", "COUNT"): _("how many at most"),
        ("scan", "COUNT"): _("how much work in one step, 10 by default"),
        ("hscan", "COUNT"): _("how much work in one step, 10 by default"),
        ("sscan", "COUNT"): _("how much work in one step, 10 by default"),
        ("zscan", "COUNT"): _("how much work in one step, 10 by default"),
        ("lpos", "COUNT"): _("how many positions to return, 0 for all"),
        ("lpos", "RANK"): _("which match to begin with, from the tail if negative"),
        ("lpos", "MAXLEN"): _("how many elements to look at"),
        ("scan", "TYPE"): _("only keys of this type"),
        ("", "REPLACE"): _("overwrite an existing key"),
        ("", "LEFT"): _("at the head"),
        ("", "RIGHT"): _("at the tail"),
        ("", "BEFORE"): _("in front of the pivot"),
        ("", "AFTER"): _("behind the pivot"),
        ("", "pivot"): _("the element beside which to insert"),
        ("sort", "BY"): _("sort by other keys; * stands for the element"),
        ("sort", "GET"): _("return other keys; * stands for the element, # is the element itself"),
        ("sort", "ALPHA"): _("compare as text"),
        ("sort", "STORE"): _("write the result as a list"),
        ("", "ASC"): _("ascending"),
        ("", "DESC"): _("descending"),
        ("", "ASYNC"): _("free memory in the background"),
        ("", "SYNC"): _("free memory at once"),
        ("copy", "DB"): _("the database to copy into"),
        ("restore", "ABSTTL"): _("ttl is a Unix time"),
        ("lcs", "LEN"): _("only the length"),
        ("lcs", "IDX"): _("the positions of the matches"),
        ("", "BYTE"): _("start and end count bytes"),
        ("", "BIT"): _("start and end count bits"),
        ("memory|usage", "SAMPLES"): _("how many elements to measure, 0 for all"),
        ("", "key"): _("name of the key"),
        ("", "value"): _("any bytes, up to 512 MB"),
        ("", "field"): _("name of the field"),
        ("", "member"): _("the member"),
        ("", "element"): _("the element"),
        ("", "score"): _("a number, also inf and -inf"),
        ("", "seconds"): _("time to live in seconds"),
        ("", "milliseconds"): _("time to live in milliseconds"),
        ("", "unix-time-seconds"): _("Unix time in seconds"),
        ("", "unix-time-milliseconds"): _("Unix time in milliseconds"),
        ("", "start"): _("first index, from 0; -1 is the last one"),
        ("", "stop"): _("last index, taken in"),
        ("", "end"): _("last index, taken in"),
        ("", "index"): _("position from 0; -1 is the last one"),
        ("select", "index"): _("number of the database"),
        ("", "min"): _("lower bound, “(” leaves it out"),
        ("", "max"): _("upper bound, “(” leaves it out"),
        ("lex", "min"): _("[a takes a in, (a leaves it out, - is the beginning"),
        ("lex", "max"): _("[a takes a in, (a leaves it out, + is the end"),
        ("", "increment"): _("what to add"),
        ("", "decrement"): _("what to subtract"),
        ("", "offset"): _("position from 0"),
        ("", "count"): _("how many"),
        ("lrem", "count"): _("how many: from the head, from the tail if negative, 0 for all"),
        ("srandmember", "count"): _("how many; negative: the same member may come twice"),
        ("hrandfield", "count"): _("how many; negative: the same field may come twice"),
        ("zrandmember", "count"): _("how many; negative: the same member may come twice"),
        ("", "timeout"): _("seconds to wait, 0 for ever"),
        ("", "cursor"): _("0 at first, then what the last reply gave"),
        ("", "pattern"): _("* any text, ? one character, [ab] one of these"),
        ("", "numkeys"): _("how many keys follow"),
        ("", "source"): _("where from"),
        ("", "destination"): _("where to"),
        ("", "newkey"): _("the new name"),
        ("", "db"): _("number of the database"),
        ("", "ttl"): _("time to live in milliseconds, 0 for none"),
        ("", "serialized-value"): _("bytes from DUMP"),
        ("", "parameter"): _("name of the setting"),
        ("config|get", "parameter"): _("name of the setting, or a pattern"),
        ("", "section"): _("which part of the information"),
    }
