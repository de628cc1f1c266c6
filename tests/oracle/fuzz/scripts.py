"""Random calls of a few scripts and functions that have something of everything.

None stores an argument as a string: the real server keeps arguments of earlier calls for reuse, and
what such a string occupies depends on them.
"""

from __future__ import annotations

import random

from tests.oracle.fuzz import words

LIBRARY = b"""#!lua name=fuzz
redis.register_function('echo', function(keys, args) return args end)
redis.register_function('push', function(keys, args)
  return redis.call('RPUSH', keys[1], unpack(args)) end)
redis.register_function{function_name='look', flags={'no-writes'},
  callback=function(keys) return redis.call('TYPE', keys[1]) end}
"""

_SCRIPTS = (
    b"return ARGV",
    b"return {KEYS[1], #KEYS, #ARGV, 3.9, true, false, nil, 'x'}",
    b"return redis.call('SADD', KEYS[1], ARGV[1])",
    b"return redis.call('TYPE', KEYS[1])",
    b"return redis.pcall('INCR', KEYS[1])",
    b"return redis.call('INCR', KEYS[1])",
    b"return redis.call('HGETALL', KEYS[1])",
    b"redis.setresp(3); return redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')",
    b"local r = redis.pcall('LPUSH', KEYS[1], ARGV[1]); return type(r) == 'table' and r.err or r",
    b"return redis.error_reply(ARGV[1])",
    b"return redis.status_reply(ARGV[1])",
    b"return cjson.encode({ARGV[1], #ARGV[1], {a=1}})",
    b"return {tostring(tonumber(ARGV[1])), redis.sha1hex(ARGV[1])}",
    b"return cmsgpack.pack({ARGV[1], 1, -70000, 2^40})",
    b"return struct.pack('>I4s', 7, ARGV[1])",
    b"return bit.tohex(bit.bxor(#ARGV[1], 255))",
    b"return unknown",
    b"return redis.call('NOSUCH')",
    b"error('own')",
    b"return {err='MY error', ok='x'}",
)


def script_calls(chance: random.Random) -> list[bytes]:
    """EVAL, EVAL_RO, FCALL and their relatives."""
    key = chance.choice(words.EVERY_KEY)
    argument = words.value(chance)
    roll = chance.random()
    if roll < 0.7:
        return [b"EVAL", chance.choice(_SCRIPTS), b"1", key, argument]
    if roll < 0.8:
        return [b"EVAL_RO", chance.choice(_SCRIPTS), b"1", key, argument]
    if roll < 0.85:
        return [b"SCRIPT", b"EXISTS", b"0" * 40]
    if roll < 0.9:
        return [b"EVALSHA", b"f" * 40, b"0"]
    name = chance.choice((b"echo", b"push", b"look", b"none"))
    return [chance.choice((b"FCALL", b"FCALL_RO")), name, b"1", key, argument]
