"""Texts of error replies, to the letter of redis-server 7.0.15 (without the leading ``-``).

A text that takes an argument is a function; everything else is a constant. Commands raise
``ReplyError(errors.SYNTAX)``.
"""

from __future__ import annotations

from collections.abc import Sequence

WRONG_TYPE = "WRONGTYPE Operation against a key holding the wrong kind of value"
NOT_INTEGER = "ERR value is not an integer or out of range"
NOT_FLOAT = "ERR value is not a valid float"
SYNTAX = "ERR syntax error"
NO_SUCH_KEY = "ERR no such key"
OVERFLOW = "ERR increment or decrement would overflow"
HASH_NOT_INTEGER = "ERR hash value is not an integer"
HASH_NOT_FLOAT = "ERR hash value is not a float"
NAN_OR_INFINITY = "ERR increment would produce NaN or Infinity"
DECREMENT_OVERFLOW = "ERR decrement would overflow"
INDEX_OUT_OF_RANGE = "ERR index out of range"
OFFSET_OUT_OF_RANGE = "ERR offset is out of range"
NOT_POSITIVE = "ERR value is out of range, must be positive"
INCREMENT_NOT_FINITE = "ERR value is NaN or Infinity"
STRING_TOO_LONG = "ERR string exceeds maximum allowed size (proto-max-bulk-len)"
SAME_OBJECT = "ERR source and destination objects are the same"
DB_OUT_OF_RANGE = "ERR DB index is out of range"
SORT_NOT_NUMBERS = "ERR One or more scores can't be converted into double"
LFU_NOT_SELECTED = (
    "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that"
    " when switching between policies at runtime LRU and LFU data will take some time to adjust."
)
LFU_SELECTED = (
    "ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when"
    " switching between policies at runtime LRU and LFU data will take some time to adjust."
)
LCS_NOT_STRINGS = "ERR The specified keys must contain string values"
LCS_LENGTH_AND_INDEXES = "ERR If you want both the length and indexes, please just use IDX."
LCS_TOO_LARGE = "ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len"
BUSY_KEY = "BUSYKEY Target key name already exists."
BAD_PAYLOAD = "ERR DUMP payload version or checksum are wrong"
BAD_FORMAT = "ERR Bad data format"
INVALID_TTL = "ERR Invalid TTL value, must be >= 0"
INVALID_IDLETIME = "ERR Invalid IDLETIME value, must be >= 0"
INVALID_FREQ = "ERR Invalid FREQ value, must be >= 0 and <= 255"
EXPIRE_NX = "ERR NX and XX, GT or LT options at the same time are not compatible"
EXPIRE_GT_LT = "ERR GT and LT options at the same time are not compatible"
INVALID_CURSOR = "ERR invalid cursor"
NESTED_MULTI = "ERR MULTI calls can not be nested"
EXEC_WITHOUT_MULTI = "ERR EXEC without MULTI"
DISCARD_WITHOUT_MULTI = "ERR DISCARD without MULTI"
WATCH_IN_MULTI = "ERR WATCH inside MULTI is not allowed"
EXEC_ABORT = "EXECABORT Transaction discarded because of previous errors."
NO_MULTI = "ERR Command not allowed inside a transaction"
NUMKEYS_NOT_POSITIVE = "ERR numkeys should be greater than 0"
COUNT_NOT_POSITIVE = "ERR count should be greater than 0"
TOO_MANY_KEYS = "ERR Number of keys can't be greater than number of args"
LIMIT_NEGATIVE = "ERR LIMIT can't be negative"
LPOS_RANK = (
    "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... "
    "or use negative to start from the end of the list"
)
LPOS_COUNT = "ERR COUNT can't be negative"
LPOS_MAXLEN = "ERR MAXLEN can't be negative"
TIMEOUT_NOT_FLOAT = "ERR timeout is not a float or out of range"
TIMEOUT_NEGATIVE = "ERR timeout is negative"
ZADD_NX_XX = "ERR XX and NX options at the same time are not compatible"
ZADD_GT_LT_NX = "ERR GT, LT, and/or NX options at the same time are not compatible"
ZADD_INCR = "ERR INCR option supports a single increment-element pair"
SCORE_NAN = "ERR resulting score is not a number (NaN)"
RANGE_NOT_FLOAT = "ERR min or max is not a float"
RANGE_NOT_LEX = "ERR min or max not valid string range item"
RANGE_LIMIT = (
    "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX"
)
RANGE_WITHSCORES = "ERR syntax error, WITHSCORES not supported in combination with BYLEX"
WEIGHT_NOT_FLOAT = "ERR weight value is not a float"
OUT_OF_RANGE = "ERR value is out of range"
NO_AUTH = "NOAUTH Authentication required."
HELLO_NO_AUTH = (
    "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH "
    "<user> <pass> option can be used to authenticate the client and select the RESP protocol "
    "version at the same time"
)
WRONG_PASS = "WRONGPASS invalid username-password pair or user is disabled."
NO_PASSWORD_SET = (
    "ERR AUTH <password> called without any password configured for the default user. Are you "
    "sure your configuration is correct?"
)
NO_PROTO = "NOPROTO unsupported protocol version"
PROTO_NOT_INTEGER = "ERR Protocol version is not an integer or out of range"
BAD_CLIENT_NAME = "ERR Client names cannot contain spaces, newlines or special characters."
NO_SUCH_CLIENT = "ERR No such client"
BAD_CLIENT_ID = "ERR Invalid client ID"
CLIENT_ID_NOT_POSITIVE = "ERR client-id should be greater than 0"
UNBLOCK_REASON = "ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR"
UNBLOCKED = "UNBLOCKED client unblocked via CLIENT UNBLOCK"
INVALID_COMMAND = "ERR Invalid command specified"
NO_CONFIG_FILE = "ERR The server is running without a config file"
BAD_FIRST_DB = "ERR invalid first DB index"
BAD_SECOND_DB = "ERR invalid second DB index"
DEBUG_NOT_SDS = "ERR Not an sds encoded string."
DEBUG_NOT_LISTPACK = "ERR Not a listpack encoded object."
DEBUG_NOT_QUICKLIST = "ERR Not a quicklist encoded object."
DEBUG_NOT_TABLE = "ERR The value stored at the specified key is not represented using an hash table"
DEBUG_NO_SUCH_DB = "ERR Out of range database"
DEBUG_RELOAD_OPTIONS = "ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options."
DEBUG_PACKED_THRESHOLD = "ERR argument must be a memory value bigger than 1 and smaller than 4gb"

_CLIP = 128


def text(data: bytes) -> str:
    """Bytes of a request inside an error text; undecodable bytes survive as surrogates."""
    return data.decode("utf-8", "surrogateescape")


def wrong_arity(name: str) -> str:
    """``name`` is the full lower-case name, ``get`` or ``object|encoding``."""
    return f"ERR wrong number of arguments for '{name}' command"


def exec_abort(reason: str) -> str:
    """EXEC itself was refused (wrong arity, no memory …): the transaction is gone."""
    return f"EXECABORT Transaction discarded because of: {reason.removeprefix('ERR ')}"


def subcommand_syntax(container: str, sub: bytes) -> str:
    """A subcommand of DEBUG or CLIENT that does not exist or was given the wrong words."""
    return (
        f"ERR unknown subcommand or wrong number of arguments for '{_one_line(text(sub[:_CLIP]))}'."
        f" Try {container} HELP."
    )


def hello_option(word: bytes) -> str:
    return f"ERR Syntax error in HELLO option '{_one_line(text(word))}'"


def unknown_client_type(word: bytes) -> str:
    return f"ERR Unknown client type '{_one_line(text(word))}'"


def no_such_user(word: bytes) -> str:
    return f"ERR No such user '{_one_line(text(word))}'"


def config_unknown(name: bytes) -> str:
    """CONFIG SET: no such directive."""
    shown = _one_line(text(name))
    return f"ERR Unknown option or number of arguments for CONFIG SET - '{shown}'"


def config_set(name: bytes, why: str) -> str:
    """CONFIG SET refused the value of ``name``."""
    shown = _one_line(text(name))
    return f"ERR CONFIG SET failed (possibly related to argument '{shown}') - {why}"


def no_input_key(name: str) -> str:
    return f"ERR at least 1 input key is needed for '{name}' command"


def invalid_expire(name: str) -> str:
    return f"ERR invalid expire time in '{name}' command"


def unsupported_option(option: bytes) -> str:
    return f"ERR Unsupported option {_one_line(text(option))}"


def out_of_range(low: int, high: int) -> str:
    return f"ERR value is out of range, value must between {low} and {high}"


def unknown_command(argv: Sequence[bytes]) -> str:
    """Name and arguments are clipped to 128 bytes each in total (redis 7.0, server.c)."""
    args = b""
    for arg in argv[1:]:
        if len(args) >= _CLIP:
            break
        args += b"'" + arg[: _CLIP - len(args)] + b"' "
    body = f"'{text(argv[0][:_CLIP])}', with args beginning with: {text(args)}"
    return "ERR unknown command " + _one_line(body)


def unknown_subcommand(container: bytes, sub: bytes) -> str:
    """The container is shown in capitals, the subcommand as typed (clipped to 128)."""
    shown = text(sub[:_CLIP])
    return f"ERR unknown subcommand '{_one_line(shown)}'. Try {text(container.upper())} HELP."


def _one_line(message: str) -> str:
    return message.replace("\r", " ").replace("\n", " ")
