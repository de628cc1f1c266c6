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
REPLICA_KEYSPACE = "ERR Replica can't interact with the keyspace"
SSUBSCRIBE_IN_EXEC = "ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client"
MONITOR_IN_EXEC = "ERR MONITOR isn't allowed for DENY BLOCKING client"
PAUSE_MODE = "ERR CLIENT PAUSE mode must be WRITE or ALL"
TRACKING_TWO_TARGETS = "ERR A client can only redirect to a single other client"
TRACKING_NO_TARGET = "ERR The client ID you want redirect to does not exist"
TRACKING_PREFIX = "ERR PREFIX option requires BCAST mode to be enabled"
TRACKING_SWITCH_BCAST = (
    "ERR You can't switch BCAST mode on/off before disabling tracking for this client, and then"
    " re-enabling it with a different mode."
)
TRACKING_BCAST_OPT = "ERR OPTIN and OPTOUT are not compatible with BCAST"
TRACKING_OPTIN_OPTOUT = "ERR You can't specify both OPTIN mode and OPTOUT mode"
TRACKING_SWITCH_OPT = (
    "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then"
    " re-enabling it with a different mode."
)
CACHING_YES = "ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode."
CACHING_NO = "ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode."
CACHING_OFF = (
    "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or"
    " OPTOUT mode enabled"
)
SLOWLOG_COUNT = "ERR count should be greater than or equal to -1"
BAD_MASTER_PORT = "ERR Invalid master port"
NO_REPLICATION = "ERR This server has no links to other servers: nothing is replicated"
NO_PERSISTENCE = "ERR This server keeps its data in memory only: nothing is saved"
SAVE_IN_PROGRESS = "ERR Background save already in progress"
SAVE_FAILED = "ERR"
CHILD_ACTIVE = (
    "ERR Another child process is active (AOF?): can't BGSAVE right now. Use BGSAVE SCHEDULE in"
    " order to schedule a BGSAVE whenever possible."
)
REWRITE_IN_PROGRESS = "ERR Background append only file rewriting already in progress"
REWRITE_FAILED = (
    "ERR Can't execute an AOF background rewriting. Please check the server logs for more"
    " information."
)
READ_ONLY_REPLICA = "READONLY You can't write against a read only replica."
READ_ONLY_SCRIPT = "READONLY Can not run script with write flag on readonly replica"
NO_REPLICAS = "NOREPLICAS Not enough good replicas to write."
MASTER_DOWN = "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'."
MASTER_DOWN_SCRIPT = (
    "MASTERDOWN Link with MASTER is down, replica-serve-stale-data is set to 'no' and 'allow-stale'"
    " flag is not set on the script."
)
SCRIPT_STALE = "ERR Can not execute the command on a stale replica"
LOADING = "LOADING Redis is loading the dataset in memory"
MISCONF = (
    "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to"
    " disk. Commands that may modify the data set are disabled, because this instance is configured"
    " to report errors during writes if RDB snapshotting fails (stop-writes-on-bgsave-error"
    " option). Please check the Redis logs for details about the RDB error."
)
MISCONF_SCRIPT = (
    "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to"
    " disk. Writable scripts are blocked. Use 'no-writes' flag for read only scripts."
)
REPLICAOF_BY_REPLICA = "ERR Command is not valid when client is a replica."
REPLICAOF_WHILE_FAILING_OVER = "ERR REPLICAOF not allowed while failing over."
ALREADY_CONNECTED = "OK Already connected to specified master"
SYNC_WHILE_FAILING_OVER = "NOMASTERLINK Can't SYNC while failing over"
SYNC_WITHOUT_MASTER = "NOMASTERLINK Can't SYNC while not connected with my master"
SYNC_PENDING = "ERR SYNC and PSYNC are invalid with pending output"
PSYNC_FAILOVER_MASTER = "ERR PSYNC FAILOVER can't be sent to a master."
PSYNC_FAILOVER_ID = "ERR PSYNC FAILOVER replid must match my replid."
UNBLOCKED_BY_ROLE = (
    "UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)"
)
WAIT_ON_REPLICA = (
    "ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 if a"
    " replica is configured to be writable (which is not the default) writes to replicas are just"
    " local and are not propagated."
)
FAILOVER_IN_PROGRESS = "ERR FAILOVER already in progress."
FAILOVER_BY_REPLICA = "ERR FAILOVER is not valid when server is a replica."
FAILOVER_FORCE = "ERR FAILOVER with force option requires both a timeout and target HOST and IP."
FAILOVER_NO_SUCH_REPLICA = "ERR FAILOVER target HOST and PORT is not a replica."
FAILOVER_NOT_ONLINE = "ERR FAILOVER target replica is not online."
FAILOVER_NO_REPLICAS = "ERR FAILOVER requires connected replicas."
NO_FAILOVER = "ERR No failover in progress."
FAILOVER_TIMEOUT = "ERR FAILOVER timeout must be greater than 0"
MIGRATE_CONNECTING = "IOERR error or timeout connecting to the client"
MIGRATE_KEYS = (
    "ERR When using MIGRATE KEYS option, the key argument must be set to the empty string"
)
NO_SUCH_CLIENT = "ERR No such client"
BAD_CLIENT_ID = "ERR Invalid client ID"
CLIENT_ID_NOT_POSITIVE = "ERR client-id should be greater than 0"
UNBLOCK_REASON = "ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR"
UNBLOCKED = "UNBLOCKED client unblocked via CLIENT UNBLOCK"
INVALID_COMMAND = "ERR Invalid command specified"
NO_CONFIG_FILE = "ERR The server is running without a config file"
NO_SHUTDOWN = "ERR No shutdown in progress."
SHUTDOWN_FAILED = "ERR Errors trying to SHUTDOWN. Check logs."
BAD_FIRST_DB = "ERR invalid first DB index"
BAD_SECOND_DB = "ERR invalid second DB index"
DEBUG_NOT_SDS = "ERR Not an sds encoded string."
DEBUG_NOT_LISTPACK = "ERR Not a listpack encoded object."
DEBUG_NOT_QUICKLIST = "ERR Not a quicklist encoded object."
DEBUG_NOT_TABLE = "ERR The value stored at the specified key is not represented using an hash table"
DEBUG_NO_SUCH_DB = "ERR Out of range database"
DEBUG_RELOAD_OPTIONS = "ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options."
DEBUG_PACKED_THRESHOLD = "ERR argument must be a memory value bigger than 1 and smaller than 4gb"

BIT_OFFSET = "ERR bit offset is not an integer or out of range"
BIT_VALUE = "ERR bit is not an integer or out of range"
BITPOS_BIT = "ERR The bit argument must be 1 or 0."
BITOP_NOT = "ERR BITOP NOT must be called with a single source key."
BITFIELD_TYPE = (
    "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64"
    " is."
)
BITFIELD_OVERFLOW = "ERR Invalid OVERFLOW type specified"
BITFIELD_READ_ONLY = "ERR BITFIELD_RO only supports the GET subcommand"
NOT_HYPERLOGLOG = "WRONGTYPE Key is not a valid HyperLogLog string value."
CORRUPT_HYPERLOGLOG = "INVALIDOBJ Corrupted HLL object detected"
PFDEBUG_NO_KEY = "ERR The specified key does not exist"
PFDEBUG_NOT_SPARSE = "ERR HLL encoding is not sparse"

STREAM_ID = "ERR Invalid stream ID specified as stream command argument"
STREAM_START_ID = "ERR invalid start ID for the interval"
STREAM_END_ID = "ERR invalid end ID for the interval"
STREAM_TWO_STRATEGIES = (
    "ERR syntax error, MAXLEN and MINID options at the same time are not compatible"
)
STREAM_MAXLEN = "ERR The MAXLEN argument must be >= 0."
STREAM_LIMIT = "ERR The LIMIT argument must be >= 0."
STREAM_LIMIT_ALONE = "ERR syntax error, LIMIT cannot be used without specifying a trimming strategy"
STREAM_LIMIT_EXACT = "ERR syntax error, LIMIT cannot be used without the special ~ option"
XTRIM_STRATEGY = "ERR syntax error, XTRIM must be called with a trimming strategy"
XADD_ZERO = "ERR The ID specified in XADD must be greater than 0-0"
XADD_SMALLER = "ERR The ID specified in XADD is equal or smaller than the target stream top item"
XADD_EXHAUSTED = "ERR The stream has exhausted the last possible ID, unable to add more items"
XADD_TOO_LARGE = "ERR Elements are too large to be stored"
XSETID_ADDED = "ERR entries_added must be positive"
XSETID_GIVEN_DELETED = (
    "ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id"
)
XSETID_TOP = "ERR The ID specified in XSETID is smaller than the target stream top item"
XSETID_LENGTH = "ERR The entries_added specified in XSETID is smaller than the target stream length"
XREAD_GROUP = "ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead."
XREAD_NOACK = "ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead."
XREAD_NEW = (
    "ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group>"
    " <consumer> option."
)
XREAD_UNBALANCED = (
    "ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified."
)
XREADGROUP_MISSING = "ERR Missing GROUP option for XREADGROUP"
XREADGROUP_LAST = (
    "ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of"
    " this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would"
    " just return an empty result set."
)
XREADGROUP_NO_STREAM = "UNBLOCKED the stream key no longer exists"
XREADGROUP_NO_GROUP = "NOGROUP the consumer group this client was blocked on no longer exists"
TIMEOUT_NOT_INTEGER = "ERR timeout is not an integer or out of range"
XGROUP_NO_KEY = (
    "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use"
    " the MKSTREAM option to create an empty stream automatically."
)
XGROUP_EXISTS = "BUSYGROUP Consumer Group name already exists"
XGROUP_ENTRIES_READ = "ERR value for ENTRIESREAD must be positive or -1"
XCLAIM_MIN_IDLE = "ERR Invalid min-idle-time argument for XCLAIM"
XCLAIM_IDLE = "ERR Invalid IDLE option argument for XCLAIM"
XCLAIM_TIME = "ERR Invalid TIME option argument for XCLAIM"
XCLAIM_RETRYCOUNT = "ERR Invalid RETRYCOUNT option argument for XCLAIM"
XAUTOCLAIM_MIN_IDLE = "ERR Invalid min-idle-time argument for XAUTOCLAIM"
XAUTOCLAIM_COUNT = "ERR COUNT must be > 0"
XAUTOCLAIM_MEMORY = "ERR Insufficient memory, failed allocating transient memory, COUNT too high."
GEO_UNIT = "ERR unsupported unit provided. please use M, KM, FT, MI"
GEO_RADIUS = "ERR need numeric radius"
GEO_RADIUS_NEGATIVE = "ERR radius cannot be negative"
GEO_WIDTH = "ERR need numeric width"
GEO_HEIGHT = "ERR need numeric height"
GEO_BOX_NEGATIVE = "ERR height or width cannot be negative"
GEO_NO_MEMBER = "ERR could not decode requested zset member"
GEO_COUNT = "ERR COUNT must be > 0"
GEO_ANY = "ERR the ANY argument requires COUNT argument"
CLUSTER_DISABLED = "ERR This instance has cluster support disabled"
MODULE_NOT_LOADED = "ERR Error loading the extension. Please check the server logs."
MODULE_UNKNOWN = "ERR Error unloading module: no such module with that name"
DEBUG_PROTOCOL = (
    "ERR Wrong protocol type name. Please use one of the following: string|integer|double|bignum"
    "|null|array|set|map|attrib|push|verbatim|true|false"
)
DEBUG_RESP2 = "ERR RESP2 is not supported by this command"

_CLIP = 128


def text(data: bytes) -> str:
    """Bytes of a request inside an error text; undecodable bytes survive as surrogates."""
    return data.decode("utf-8", "surrogateescape")


def _c_string(word: bytes) -> bytes:
    """What C prints of a word: everything before the first NUL."""
    return word.partition(b"\0")[0]


def _c_text(data: bytes) -> str:
    """What C prints of a word into an error, on one line."""
    return _one_line(text(_c_string(data)))


def wrong_arity(name: str) -> str:
    """``name`` is the full lower-case name, ``get`` or ``object|encoding``."""
    return f"ERR wrong number of arguments for '{name}' command"


def exec_abort(reason: str) -> str:
    """EXEC itself was refused (wrong arity, no memory …): the transaction is gone."""
    return f"EXECABORT Transaction discarded because of: {reason.removeprefix('ERR ')}"


def subcommand_syntax(container: str, sub: bytes) -> str:
    """A subcommand of DEBUG or CLIENT that does not exist or was given the wrong words."""
    return (
        f"ERR unknown subcommand or wrong number of arguments for '{_c_text(sub[:_CLIP])}'."
        f" Try {container} HELP."
    )


def hello_option(word: bytes) -> str:
    return f"ERR Syntax error in HELLO option '{_c_text(word)}'"


def prefixes_overlap(one: bytes, other: bytes, *, existing: bool) -> str:
    """CLIENT TRACKING: of two prefixes of a client one is the beginning of the other."""
    whose = "an existing" if existing else "another provided"
    return (
        f"ERR Prefix '{_c_text(one)}' overlaps with {whose} prefix '{_c_text(other)}'. Prefixes for"
        " a single client must not overlap."
    )


def replconf_address(size: int) -> str:
    return f"ERR REPLCONF ip-address provided by replica instance is too long: {size} bytes"


def replconf_option(word: bytes) -> str:
    return f"ERR Unrecognized REPLCONF option: {_c_text(word)}"


def replconf_filter(word: bytes) -> str:
    return f"ERR Unsupported rdb-filter-only option: {_c_text(word)}"


def no_latency_samples(event: bytes) -> str:
    """LATENCY GRAPH of an event that never happened."""
    return f"ERR No samples available for event '{_c_text(event)}'"


def unknown_client_type(word: bytes) -> str:
    return f"ERR Unknown client type '{_c_text(word)}'"


def no_such_user(word: bytes) -> str:
    return f"ERR No such user '{_c_text(word)}'"


def config_unknown(name: bytes) -> str:
    """CONFIG SET: no such directive."""
    shown = _c_text(name)
    return f"ERR Unknown option or number of arguments for CONFIG SET - '{shown}'"


NO_PERMISSION_COMMAND = "NOPERM this user has no permissions to run the '{command}' command"
NO_PERMISSION_KEY = (
    "NOPERM this user has no permissions to access one of the keys used as arguments"
)
NO_PERMISSION_CHANNEL = (
    "NOPERM this user has no permissions to access one of the channels used as arguments"
)
SORT_BY_DENIED = "ERR BY option of SORT denied due to insufficient ACL permissions."
SORT_GET_DENIED = "ERR GET option of SORT denied due to insufficient ACL permissions."
ACL_CHANGED = (
    "NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC"
    " call. This command is no longer allowed for the following reason: "
)
SCRIPT_COMMAND = "ERR The user executing the script can't run this command or subcommand"
SCRIPT_KEY = (
    "ERR The user executing the script can't access at least one of the keys mentioned in the"
    " command arguments"
)
SCRIPT_CHANNEL = (
    "ERR The user executing the script can't publish to the channel mentioned in the command"
)
ACL_BAD_NAME = "ERR Usernames can't contain spaces or null characters"
ACL_DEFAULT_STAYS = "ERR The 'default' user cannot be removed"
ACL_GENPASS_BITS = (
    "ERR ACL GENPASS argument must be the number of bits for the output password, a positive"
    " number up to 4096"
)
ACL_NO_FILE = (
    "ERR This Redis instance is not configured to use an ACL file. You may want to specify users"
    " via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis"
    " configuration file set) in order to store users in the Redis configuration."
)
ACL_SAVE_FAILED = (
    "ERR There was an error trying to save the ACLs. Please check the server logs for more"
    " information"
)


def acl_rule(rule: bytes, why: str) -> str:
    """ACL SETUSER does not understand a rule."""
    return f"ERR Error in ACL SETUSER modifier '{_c_text(rule)}': {why}"


def acl_unmatched(rule: bytes) -> str:
    """ACL SETUSER: the parenthesis that this word opens is never closed."""
    return f"ERR Unmatched parenthesis in acl selector starting at '{_c_text(rule)}'."


def acl_unknown_category(word: bytes) -> str:
    return f"ERR Unknown category '{_c_text(word[:_CLIP])}'"


def acl_no_user(name: bytes) -> str:
    """ACL DRYRUN."""
    return f"ERR User '{_c_text(name)}' not found"


def acl_no_command(name: bytes) -> str:
    """ACL DRYRUN."""
    return f"ERR Command '{_c_text(name)}' not found"


def acl_load(faults: str) -> str:
    """ACL LOAD found something wrong with the file."""
    return "ERR " + _one_line(faults)


OUT_OF_MEMORY = "OOM command not allowed when used memory > 'maxmemory'."
BUSY_SCRIPT = (
    "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE."
)
BUSY_FUNCTION = (
    "BUSY Redis is busy running a script. You can only call FUNCTION KILL or SHUTDOWN NOSAVE."
)


def subscribed(name: str) -> str:
    """A RESP2 client that is subscribed said something else."""
    return (
        f"ERR Can't execute '{name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET"
        " are allowed in this context"
    )


def protected(name: str, directive: str) -> str:
    """DEBUG or MODULE where a directive does not allow it."""
    return (
        f'ERR {name.upper()} command not allowed. If the {directive} option is set to "local",'
        " you can run it from a local connection, otherwise you need to set this option in the"
        " configuration file, and then restart the server."
    )


def rewriting(why: str) -> str:
    """CONFIG REWRITE could not read or write its file."""
    return f"ERR Rewriting config file: {why}"


def config_set(name: bytes, why: str) -> str:
    """CONFIG SET refused the value of ``name``."""
    shown = _c_text(name)
    return f"ERR CONFIG SET failed (possibly related to argument '{shown}') - {why}"


def bad_coordinates(longitude: float, latitude: float) -> str:
    return f"ERR invalid longitude,latitude pair {longitude:f},{latitude:f}"


def geo_centre(name: bytes) -> str:
    """``name`` is the command as typed."""
    shown = _c_text(name)
    return f"ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for {shown}"


def geo_shape(name: bytes) -> str:
    shown = _c_text(name)
    return f"ERR exactly one of BYRADIUS and BYBOX can be specified for {shown}"


def geo_store_options(name: str) -> str:
    return f"ERR {name} is not compatible with WITHDIST, WITHHASH and WITHCOORD options"


def pfselftest(what: str) -> str:
    return f"TESTFAILED {what}"


def pfdebug_subcommand(word: bytes) -> str:
    return f"ERR Unknown PFDEBUG subcommand '{_c_text(word)}'"


def no_input_key(name: str) -> str:
    return f"ERR at least 1 input key is needed for '{name}' command"


def invalid_expire(name: str) -> str:
    return f"ERR invalid expire time in '{name}' command"


def unsupported_option(option: bytes) -> str:
    return f"ERR Unsupported option {_c_text(option)}"


def out_of_range(low: int, high: int) -> str:
    return f"ERR value is out of range, value must between {low} and {high}"


def no_group(key: bytes, group: bytes) -> str:
    """A command that reads or claims for a consumer group."""
    return f"NOGROUP No such key '{_c_text(key)}' or consumer group '{_c_text(group)}'"


def no_group_of_key(group: bytes, key: bytes) -> str:
    """A subcommand of XGROUP or XINFO."""
    return f"NOGROUP No such consumer group '{_c_text(group)}' for key name '{_c_text(key)}'"


def xclaim_option(word: bytes) -> str:
    return f"ERR Unrecognized XCLAIM option '{_c_text(word)}'"


def block_in_script(name: bytes) -> str:
    """``name`` as typed."""
    return f"ERR {_c_text(name)} command is not allowed with BLOCK option from scripts"


# scripts and functions (redis 7.0, eval.c, script.c, script_lua.c, functions.c)

NO_SCRIPT = "NOSCRIPT No matching script. Please use EVAL."
NEGATIVE_KEYS = "ERR Number of keys can't be negative"
SCRIPT_SHEBANG = "ERR Invalid script shebang"
SCRIPT_NO_ENGINE = "ERR Invalid engine in script shebang"
SCRIPT_FLUSH = "ERR SCRIPT FLUSH only support SYNC|ASYNC option"
SCRIPT_DEBUG = "ERR Use SCRIPT DEBUG YES/SYNC/NO"
SCRIPT_NOT_RUNNING = "ERR redis.call/pcall can only be called inside a script invocation"
SCRIPT_NO_ARGUMENTS = "ERR Please specify at least one argument for this redis lib call"
SCRIPT_BAD_ARGUMENT = "ERR Lua redis lib command arguments must be strings or integers"
SCRIPT_UNKNOWN_COMMAND = "ERR Unknown Redis command called from script"
SCRIPT_WRONG_ARITY = "ERR Wrong number of args calling Redis command from script"
SCRIPT_NOT_ALLOWED = "ERR This Redis command is not allowed from script"
SCRIPT_READ_ONLY = "ERR Write commands are not allowed from read-only scripts."
SCRIPT_ACL_UNKNOWN = "ERR Invalid command passed to redis.acl_check_cmd()"
SCRIPT_KILLED = "ERR Script killed by user with SCRIPT KILL..."
SCRIPT_WRITES = "ERR Can not execute a script with write flag using *_ro command."
NOT_BUSY = "NOTBUSY No scripts in execution right now."
UNKILLABLE = (
    "UNKILLABLE Sorry the script already executed write commands against the dataset. You can "
    "either wait the script termination or kill the server in a hard way using the SHUTDOWN "
    "NOSAVE command."
)
NO_FUNCTION = "ERR Function not found"
NO_LIBRARY = "ERR Library not found"
BAD_KEY_COUNT = "ERR Bad number of keys provided"
LIBRARY_NO_METADATA = "ERR Missing library metadata"
LIBRARY_BAD_METADATA = "ERR Invalid library metadata"
LIBRARY_NAME_TWICE = "ERR Invalid metadata value, name argument was given multiple times"
LIBRARY_NO_NAME = "ERR Library name was not given"
LIBRARY_BAD_NAME = (
    "ERR Library names can only contain letters, numbers, or underscores(_) and must be at least "
    "one character long"
)
LIBRARY_EMPTY = "ERR No functions registered"
LIBRARY_NAME_MISSING = "ERR library name argument was not given"
FUNCTION_TWICE = "ERR Function already exists in the library"
FUNCTION_LOAD_TIMEOUT = "ERR FUNCTION LOAD timeout"
FUNCTION_FLUSH = "ERR FUNCTION FLUSH only supports SYNC|ASYNC option"
RESTORE_POLICY = "ERR Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE."
RESTORE_NO_NAME = "ERR Failed loading library name"
RESTORE_NO_PAYLOAD = "ERR Failed loading library payload"
RESTORE_NO_FUNCTION = "ERR given type is not a function"


def script_engine(word: bytes) -> str:
    return f"ERR Unexpected engine in script shebang: {_c_text(word)}"


def script_option(word: bytes) -> str:
    return f"ERR Unknown lua shebang option: {_c_text(word)}"


def script_flag(word: bytes) -> str:
    return f"ERR Unexpected flag in script shebang: {_c_text(word)}"


def library_metadata(word: bytes) -> str:
    return f"ERR Invalid metadata value given: {_c_text(word)}"


def library_engine(name: bytes) -> str:
    return f"ERR Engine '{_c_text(name)}' not found"


def library_exists(name: str, quoted: bool = False) -> str:
    """``quoted``: as FUNCTION LOAD says it; FUNCTION RESTORE has no quotes."""
    shown = f"'{name}'" if quoted else name
    return f"ERR Library {shown} already exists"


def function_exists(name: str) -> str:
    return f"ERR Function {name} already exists"


def function_option(word: bytes) -> str:
    return f"ERR Unknown option given: {_c_text(word)}"


def function_argument(word: bytes) -> str:
    return f"ERR Unknown argument {_c_text(word)}"


def unknown_command(argv: Sequence[bytes]) -> str:
    """Name and arguments are clipped to 128 bytes each in total (redis 7.0, server.c)."""
    args = b""
    for arg in argv[1:]:
        if len(args) >= _CLIP:
            break
        args += b"'" + _c_string(arg)[: _CLIP - len(args)] + b"' "
    body = f"'{text(_c_string(argv[0])[:_CLIP])}', with args beginning with: {text(args)}"
    return "ERR unknown command " + _one_line(body)


def unknown_subcommand(container: bytes, sub: bytes) -> str:
    """The container is shown in capitals, the subcommand as typed (clipped to 128)."""
    return f"ERR unknown subcommand '{_c_text(sub[:_CLIP])}'. Try {text(container.upper())} HELP."


def _one_line(message: str) -> str:
    return message.replace("\r", " ").replace("\n", " ")


def misconf_log(text: str) -> str:
    """The append-only file cannot be written; ``text`` is what the system says."""
    return f"MISCONF Errors writing to the AOF file: {text}"


def misconf_log_script(text: str) -> str:
    """The same for a script that may write."""
    return (
        "MISCONF Redis is configured to persist data to AOF, but it's currently unable to persist"
        " to disk. Writable scripts are blocked. Use 'no-writes' flag for read only scripts."
        f" AOF error: {text}"
    )


def migrate_refused(message: str) -> str:
    """MIGRATE's target has refused something."""
    return f"ERR Target instance replied with error: {message}"


def migrate_trouble(stage: str) -> str:
    """MIGRATE's target has been lost while "writing" or "reading"."""
    return f"IOERR error or timeout {stage} to target instance"
