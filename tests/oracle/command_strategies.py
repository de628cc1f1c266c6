"""Random commands for the state machine: templates whose ``<…>`` are filled by hypothesis.

Few keys, few members and small numbers, so that commands meet; now and then a word that is wrong.
"""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tutor.engine.engine import Engine

Words = list[bytes]

_PLAIN = [
    *(b"a b c d e f g aa ab b1 0 1 2 3 -1 7 10 127 128 -4097 5000 70000 -3000000000".split()),
    b"9223372036854775807", b"-9223372036854775808", b"9223372036854775808",
    b"", b"01", b"-0", b"1.5", b"3.0e3", b"inf", b" 1", b"\x00\xff",
    "Привет".encode(), "ёж".encode(),
    b"k" * 11, b"m" * 12, b"n" * 31, b"o" * 44, b"p" * 45, b"q" * 64, b"r" * 65, b"s" * 200,
    b"ab" * 40, b"longer " * 30, b"u" * 1000, bytes(range(256)) * 8,
]  # fmt: skip

value = st.one_of(
    st.sampled_from(_PLAIN),
    st.sampled_from(_PLAIN[:20]),
    st.integers(-5000, 5000).map(lambda n: b"%d" % n),
    st.binary(max_size=6),
)
"""An element, a field, a member or a string."""

_BAD = [b"x", b"", b"1.0", b"+1", b" 1", b"9223372036854775808", b"9223372036854775807",
        b"-9223372036854775808"]  # fmt: skip


def _rarely(good: SearchStrategy[bytes], bad: list[bytes]) -> SearchStrategy[bytes]:
    return st.integers(0, 24).flatmap(lambda n: st.sampled_from(bad) if n == 0 else good)


def _numbers(low: int, high: int) -> SearchStrategy[bytes]:
    return st.integers(low, high).map(lambda n: b"%d" % n)


_KEYS = {
    "t": [b"t1", b"t2", b"t3"],
    "l": [b"l1", b"l2"],
    "s": [b"s1", b"s2", b"s3"],
    "z": [b"z1", b"z2", b"z3"],
    "h": [b"h1", b"h2"],
}
ALL_KEYS = [*(key for keys in _KEYS.values() for key in keys), b"x", "ключ".encode()]


def _key(kind: str) -> SearchStrategy[bytes]:
    own = _KEYS[kind]
    return st.integers(0, 14).flatmap(lambda n: st.sampled_from(ALL_KEYS if n == 0 else own))


_score = st.one_of(
    _numbers(-3, 5),
    st.sampled_from([b"0", b"-0", b"1", b"1.5", b"3.2", b"0.1", b"inf", b"-inf", b"1e17", b"1e3"]),
)
_bound = st.one_of(
    _rarely(_numbers(-2, 5), [b"x", b"nan", b"", b"(", b"(x"]),
    _numbers(-2, 5).map(lambda n: b"(" + n),
    st.sampled_from([b"-inf", b"+inf", b"(-inf", b"1.5"]),
)
_lex = st.one_of(
    st.sampled_from([b"-", b"+"]),
    st.tuples(st.sampled_from([b"[", b"("]), value).map(b"".join),
    st.sampled_from([b"x", b"", b"-a"]),
)
_index = _rarely(_numbers(-6, 6), _BAD)
_count = _rarely(_numbers(0, 4), [b"-1", *_BAD[:5]])

PARTS: dict[str, SearchStrategy[Words]] = {
    **{kind: _key(kind).map(lambda k: [k]) for kind in _KEYS},
    "k": st.sampled_from(ALL_KEYS).map(lambda k: [k]),
    "ks": st.lists(st.sampled_from(ALL_KEYS), min_size=1, max_size=3),
    "ss": st.lists(_key("s"), min_size=1, max_size=3),
    "zs": st.lists(st.one_of(_key("z"), _key("z"), _key("s")), min_size=1, max_size=3).map(
        lambda keys: [b"%d" % len(keys), *keys]
    ),
    "ns": st.lists(_key("s"), min_size=1, max_size=3).map(lambda k: [b"%d" % len(k), *k]),
    "nl": st.lists(_key("l"), min_size=1, max_size=2).map(lambda k: [b"%d" % len(k), *k]),
    "nz": st.lists(_key("z"), min_size=1, max_size=2).map(lambda k: [b"%d" % len(k), *k]),
    "v": value.map(lambda v: [v]),
    "vs": st.lists(value, min_size=1, max_size=4),
    "many": st.integers(1, 30).map(lambda n: [b"e%d" % i for i in range(n)]),
    "numbers": st.tuples(st.integers(-40000, 40000), st.integers(1, 20)).map(
        lambda pair: [b"%d" % (pair[0] + i) for i in range(pair[1])]
    ),
    "bulk": st.sampled_from([127, 128, 129, 300, 512, 513]).map(
        lambda n: [b"%d" % (i * 7) for i in range(n)]
    ),
    "bulkpairs": st.sampled_from([100, 127, 128, 129, 512, 513]).map(
        lambda n: [word for i in range(n) for word in (b"%d" % (i % 50), b"%d" % (i * 7))]
    ),
    "bulkfields": st.sampled_from([100, 511, 512, 513]).map(
        lambda n: [word for i in range(n) for word in (b"%d" % (i * 7), b"e%d" % i)]
    ),
    "kvs": st.lists(st.tuples(_key("t"), value), min_size=1, max_size=3).map(
        lambda pairs: [word for pair in pairs for word in pair]
    ),
    "fvs": st.lists(st.tuples(value, value), min_size=1, max_size=4).map(
        lambda pairs: [word for pair in pairs for word in pair]
    ),
    "sms": st.lists(st.tuples(_score, value), min_size=1, max_size=4).map(
        lambda pairs: [word for pair in pairs for word in pair]
    ),
    "manyscores": st.integers(1, 20).map(
        lambda n: [word for i in range(n) for word in (b"%d" % (i % 7), b"e%d" % i)]
    ),
    "i": _index.map(lambda i: [i]),
    "n": _count.map(lambda n: [n]),
    "n?": st.one_of(st.just([]), _count.map(lambda n: [n])),
    "by": _rarely(_numbers(-20, 20), _BAD).map(lambda n: [n]),
    "float": _rarely(
        st.sampled_from([b"1", b"-1", b"0.5", b"10.1", b"1e3", b"-0.25", b"3.0"]),
        [b"x", b"inf", b""],
    ).map(lambda n: [n]),
    "score": _rarely(_score, [b"x", b"nan", b""]).map(lambda s: [s]),
    "min": _bound.map(lambda s: [s]),
    "lex": _lex.map(lambda s: [s]),
    "offset": _rarely(_numbers(0, 300), [b"-1", b"x"]).map(lambda n: [n]),
    "bit": st.sampled_from([b"0", b"1"]).map(lambda n: [n]),
    "zflags": st.lists(
        st.sampled_from([b"NX", b"XX", b"CH", b"GT", b"LT", b"INCR"]), max_size=2
    ),
    "limit?": st.one_of(
        st.just([]), st.tuples(_index, _index).map(lambda pair: [b"LIMIT", *pair])
    ),
    "card?": st.one_of(st.just([]), _count.map(lambda n: [b"LIMIT", n])),
    "count?": st.one_of(st.just([]), _count.map(lambda n: [b"COUNT", n])),
    "scores?": st.sampled_from([[], [b"WITHSCORES"]]),
    "rev?": st.sampled_from([[], [b"REV"]]),
    "end": st.sampled_from([[b"LEFT"], [b"RIGHT"]]),
    "minmax": st.sampled_from([[b"MIN"], [b"MAX"]]),
    "where": st.sampled_from([[b"BEFORE"], [b"AFTER"]]),
    "agg?": st.sampled_from([[], [], [b"AGGREGATE", b"MIN"], [b"AGGREGATE", b"MAX"]]),
    "lpos": st.sampled_from(
        [[], [b"RANK", b"-1"], [b"COUNT", b"0"], [b"RANK", b"2", b"COUNT", b"2"],
         [b"MAXLEN", b"3"], [b"RANK", b"-2", b"COUNT", b"0", b"MAXLEN", b"4"]]
    ),
    "setopts": st.lists(
        st.sampled_from([[b"NX"], [b"XX"], [b"GET"], [b"KEEPTTL"], [b"EX", b"9000"],
                         [b"PXAT", b"4000000000000"], [b"EX", b"0"]]),
        max_size=2,
    ).map(lambda options: [word for option in options for word in option]),
    "getex": st.sampled_from([[], [b"PERSIST"], [b"EX", b"9000"], [b"EXAT", b"4000000000"]]),
    "ttlopt": st.sampled_from([[], [], [b"NX"], [b"XX"], [b"GT"], [b"LT"]]),
    "when": st.sampled_from([[b"4000000000"], [b"4100000000"], [b"4200000000"]]),
    "whenms": st.sampled_from([[b"4000000000000"], [b"4100000000001"], [b"4200000000999"]]),
    "sortopts": st.sampled_from(
        [[], [b"DESC"], [b"LIMIT", b"0", b"2"], [b"LIMIT", b"1", b"-1", b"ASC"]]
    ),
    "limits": st.sampled_from([
        [b"set-max-intset-entries", b"512"], [b"set-max-intset-entries", b"4"],
        [b"set-max-intset-entries", b"0"],
        [b"zset-max-listpack-entries", b"128"], [b"zset-max-listpack-entries", b"4"],
        [b"zset-max-listpack-entries", b"0"], [b"zset-max-ziplist-value", b"64"],
        [b"zset-max-listpack-value", b"3"],
        [b"hash-max-listpack-entries", b"512"], [b"hash-max-listpack-entries", b"3"],
        [b"hash-max-listpack-value", b"64"], [b"hash-max-ziplist-value", b"4"],
        [b"list-max-listpack-size", b"-2"], [b"list-max-listpack-size", b"3"],
        [b"list-max-listpack-size", b"1"], [b"list-max-ziplist-size", b"-1"],
        [b"list-max-listpack-size", b"0"], [b"list-max-listpack-size", b"5"],
        [b"list-compress-depth", b"0"], [b"list-compress-depth", b"1"],
        [b"list-compress-depth", b"2"],
    ]),
    "odd": st.sampled_from([[], [b"x"], [b"x", b"y"], [b"WITHSCORES"], [b"COUNT"]]),
}  # fmt: skip

STRING = """
SET <t> <v> <setopts>|SET <t> <v>|GET <t>|GETSET <t> <v>|GETDEL <t>|GETEX <t> <getex>
SETNX <t> <v>|SETEX <t> 9000 <v>|PSETEX <t> 9000000 <v>|APPEND <t> <v>|STRLEN <t>
SETRANGE <t> <offset> <v>|GETRANGE <t> <i> <i>|SUBSTR <t> <i> <i>|MSET <kvs>|MSETNX <kvs>|MGET <ks>
INCR <t>|DECR <t>|INCRBY <t> <by>|DECRBY <t> <by>|INCRBYFLOAT <t> <float>|LCS <t> <t>
SETBIT <t> <offset> <bit>|GETBIT <t> <offset>|BITCOUNT <t>|BITPOS <t> <bit>
"""
LIST = """
LPUSH <l> <vs>|RPUSH <l> <vs>|LPUSH <l> <v>|RPUSH <l> <many>|LPUSHX <l> <vs>|RPUSHX <l> <vs>
LPOP <l> <n?>|RPOP <l> <n?>|LLEN <l>|LINDEX <l> <i>|LRANGE <l> <i> <i>|LRANGE <l> 0 -1
LSET <l> <i> <v>|LREM <l> <i> <v>|LTRIM <l> <i> <i>|LINSERT <l> <where> <v> <v>|LPOS <l> <v> <lpos>
LMOVE <l> <l> <end> <end>|RPOPLPUSH <l> <l>|LMPOP <nl> <end> <count?>|RPUSH <l> <numbers>
SORT <l> ALPHA <sortopts>|SORT <l> <sortopts>|SORT <l> ALPHA STORE <l>|LINSERT <l> <where> e3 <v>
LREM <l> <i> e3|LTRIM <l> 1 -2|LSET <l> <i> <v>|RPUSH <l> <bulk>|LINSERT <l> <where> 700 <v>
"""
SET = """
SADD <s> <vs>|SADD <s> <vs>|SADD <s> <numbers>|SADD <s> <many>|SREM <s> <vs>|SREM <s> <numbers>
SREM <s> <many>|SCARD <s>|SISMEMBER <s> <v>|SMISMEMBER <s> <vs>|SMEMBERS <s>|SMOVE <s> <s> <v>
SINTER <ss>|SUNION <ss>|SDIFF <ss>|SINTERSTORE <s> <ss>|SUNIONSTORE <s> <ss>|SDIFFSTORE <s> <ss>
SINTERCARD <ns> <card?>|SPOP <s> 1000|SORT <s> ALPHA <sortopts>|SRANDMEMBER <s> 1000
SRANDMEMBER <s> <i>|SRANDMEMBER <s>|SADD <s> <bulk>|SREM <s> <bulk>
"""
ZSET = """
ZADD <z> <zflags> <sms>|ZADD <z> <sms>|ZADD <z> <sms>|ZADD <z> <manyscores>|ZINCRBY <z> <score> <v>
ZREM <z> <vs>|ZREM <z> <many>|ZCARD <z>|ZSCORE <z> <v>|ZMSCORE <z> <vs>|ZRANK <z> <v>
ZREVRANK <z> <v>|ZCOUNT <z> <min> <min>|ZLEXCOUNT <z> <lex> <lex>
ZRANGE <z> <i> <i> <rev?> <scores?>|ZRANGE <z> <lex> <lex> BYLEX <rev?> <limit?>
ZRANGE <z> <min> <min> BYSCORE <rev?> <limit?> <scores?>
ZRANGE <z> 0 -1 WITHSCORES|ZRANGEBYSCORE <z> <min> <min> <scores?> <limit?>
ZREVRANGEBYSCORE <z> <min> <min> <limit?>|ZREVRANGE <z> <i> <i> <scores?>
ZRANGEBYLEX <z> <lex> <lex> <limit?>|ZREVRANGEBYLEX <z> <lex> <lex> <limit?>
ZRANGESTORE <z> <z> <i> <i> <rev?>|ZRANGESTORE <z> <z> <min> <min> BYSCORE <rev?> <limit?>
ZRANGESTORE <z> <z> <lex> <lex> BYLEX <limit?>|ZREMRANGEBYRANK <z> <i> <i>
ZREMRANGEBYSCORE <z> <min> <min>|ZREMRANGEBYLEX <z> <lex> <lex>|ZPOPMIN <z> <n?>|ZPOPMAX <z> <n?>
ZMPOP <nz> <minmax> <count?>|ZUNION <zs> <agg?> <scores?>|ZINTER <zs> <agg?> <scores?>
ZDIFF <zs> <scores?>|ZUNIONSTORE <z> <zs> <agg?>|ZINTERSTORE <z> <zs> <agg?>|ZDIFFSTORE <z> <zs>
ZUNION 2 <z> <z> WEIGHTS <score> <score> <scores?>|ZINTERSTORE <z> 2 <z> <s> WEIGHTS <score> <score>
ZADD <z> <bulkpairs>|ZREM <z> <bulk>|ZINTERCARD <zs> <card?>
ZRANDMEMBER <z> <i> <scores?>|ZRANDMEMBER <z>|SORT <z> ALPHA <sortopts>
"""
HASH = """
HSET <h> <fvs>|HSET <h> <fvs>|HSET <h> <numbers> <v>|HMSET <h> <fvs>|HSETNX <h> <v> <v>|HGET <h> <v>
HMGET <h> <vs>|HGETALL <h>|HKEYS <h>|HVALS <h>|HLEN <h>|HSTRLEN <h> <v>|HEXISTS <h> <v>
HDEL <h> <vs>|HDEL <h> <many>|HINCRBY <h> <v> <by>|HINCRBYFLOAT <h> <v> <float>|HRANDFIELD <h>
HSET <h> <bulkfields>|HDEL <h> <bulk>|HRANDFIELD <h> <i>
HRANDFIELD <h> <i> WITHVALUES|HSCAN <h> 0 COUNT 1000
"""
GENERIC = """
DEL <ks>|UNLINK <ks>|EXISTS <ks>|TOUCH <ks>|TYPE <k>|RENAME <k> <k>|RENAMENX <k> <k>|COPY <k> <k>
COPY <k> <k> REPLACE|OBJECT ENCODING <k>|OBJECT REFCOUNT <k>|DUMP <k>|TTL <k>|PTTL <k>|PERSIST <k>
EXPIRE <k> 9000|EXPIRE <k> 9000 NX|PEXPIRE <k> 9000000|EXPIREAT <k> <when> <ttlopt>
PEXPIREAT <k> <whenms> <ttlopt>|EXPIRETIME <k>|PEXPIRETIME <k>|EXPIRE <k> -1|DBSIZE|KEYS *|KEYS s*
SCAN 0 COUNT 1000|SSCAN <s> 0 COUNT 1000|ZSCAN <z> 0 COUNT 1000|MOVE <k> 1|EXISTS <k>
MEMORY USAGE <t>|MEMORY USAGE <l>|MEMORY USAGE <l> SAMPLES 0
"""


def _template(text: str) -> SearchStrategy[Words]:
    parts: list[SearchStrategy[Words]] = []
    for word in text.split():
        parts.append(PARTS[word[1:-1]] if word.startswith("<") else st.just([word.encode()]))
    return st.tuples(*parts).map(lambda lists: [word for words in lists for word in words])


_known = Engine(seed=1).commands


def _group(text: str) -> SearchStrategy[Words]:
    """One of the templates whose command the engine has."""
    templates = [line.strip() for line in text.strip().replace("\n", "|").split("|")]
    return st.one_of(
        [_template(text) for text in templates if text.split()[0].lower().encode() in _known]
    )


def _odd(argv: SearchStrategy[Words]) -> SearchStrategy[Words]:
    """Now and then a command with words too many or too few."""
    more = st.tuples(argv, PARTS["odd"]).map(lambda pair: pair[0] + pair[1])
    fewer = argv.map(lambda words: words[:-1] if len(words) > 1 else words)
    return st.integers(0, 30).flatmap(lambda n: more if n == 0 else fewer if n == 1 else argv)


GROUPS = {
    "string": _odd(_group(STRING)),
    "list": _odd(_group(LIST)),
    "set": _odd(_group(SET)),
    "zset": _odd(_group(ZSET)),
    "hash": _odd(_group(HASH)),
    "generic": _group(GENERIC),
}
config_set = _template("CONFIG SET <limits>")
any_command = st.one_of(list(GROUPS.values()))
