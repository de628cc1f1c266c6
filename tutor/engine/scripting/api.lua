-- The table `redis` (redis 7.0, script_lua.c, eval.c).

local host, sandbox = ...

local lift, lower = host.lift, host.lower
local error, type, tostring, tonumber, select = error, type, tostring, tonumber, select
local pairs, unpack, strmatch, concat = pairs, unpack, string.match, table.concat

-- an error as redis.call raises it: a table, without a place

local function refuse(message)
  error({ err = "ERR " .. message }, 0)
end

local function in_script(name)
  if not host.running() then
    refuse(name .. " can only be called inside a script invocation")
  end
end

local redis = {}

-- The bridge loses the sign of zero, so zeros travel as text.
local function spelled(count, ...)
  local words = { ... }
  for index = 1, count do
    if words[index] == 0 then words[index] = 1 / words[index] < 0 and "-0" or "0" end
  end
  return unpack(words, 1, count)
end

-- Python gives the reply, or nil and the text of an error; `known`: it is in the statistics
-- already; `zeros`: it wants to have the zeros spelled out.
local function ask(...)
  lift()
  local reply, problem, known, raised, zeros = host.call(...)
  if zeros then reply, problem, known, raised = host.call(spelled(select("#", ...), ...)) end
  lower()
  return reply, problem, known, raised
end

function redis.call(...)
  local reply, problem, known = ask(...)
  if problem then error({ err = problem, ignore_error_stats_update = known }, 0) end
  return reply
end

function redis.pcall(...)
  local reply, problem, known, raised = ask(...)
  if problem then
    local report = { err = problem, ignore_error_stats_update = known }
    if raised then error(report, 0) end
    return report
  end
  return reply
end

function redis.error_reply(...)
  local text = ...
  if select("#", ...) ~= 1 or type(text) ~= "string" then
    return { err = "ERR wrong number or type of arguments" }
  end
  text = strmatch(text, "^%-?([^%z]*)")
  local code, message = strmatch(text, "^([^ ]*) (.*)$")
  if not code then code, message = "ERR", text end
  message = strmatch(message, "^[\r\n]*(.-)[\r\n]*$")
  return { err = code .. " " .. message }
end

function redis.status_reply(...)
  local text = ...
  if select("#", ...) ~= 1 or type(text) ~= "string" then
    return { err = "ERR wrong number or type of arguments" }
  end
  return { ok = text }
end

function redis.sha1hex(...)
  if select("#", ...) ~= 1 then refuse("wrong number of arguments") end
  local text = ...
  if type(text) ~= "string" then text = type(text) == "number" and tostring(text) or "" end
  lift()
  local digest = host.sha1(text)
  lower()
  return digest
end

local levels = { LOG_DEBUG = 0, LOG_VERBOSE = 1, LOG_NOTICE = 2, LOG_WARNING = 3 }

local function log(...)
  local count = select("#", ...)
  if count < 2 then refuse("redis.log() requires two arguments or more.") end
  local level = tonumber((...))
  if not level then refuse("First argument must be a number (log level).") end
  level = level - level % 1
  if level < 0 or level > 3 then refuse("Invalid debug level.") end
  local words, last = {}, 0
  for index = 2, count do
    local word = select(index, ...)
    if type(word) == "string" or type(word) == "number" then
      last = last + 1
      words[last] = tostring(word)
    end
  end
  local text = concat(words, " ")
  lift()
  host.log(level, text)
  lower()
end

redis.log = log
for name, level in pairs(levels) do redis[name] = level end

function redis.setresp(...)
  in_script("redis.setresp")
  if select("#", ...) ~= 1 then refuse("redis.setresp() requires one argument.") end
  local version = tonumber((...)) or 0
  version = version - version % 1
  if version ~= 2 and version ~= 3 then refuse("RESP version must be 2 or 3.") end
  host.setresp(version)
end

local flags = { REPL_NONE = 0, REPL_AOF = 1, REPL_SLAVE = 2, REPL_REPLICA = 2, REPL_ALL = 3 }
for name, flag in pairs(flags) do redis[name] = flag end

function redis.set_repl(...)
  in_script("redis.set_repl")
  if select("#", ...) ~= 1 then refuse("redis.set_repl() requires two arguments.") end
  local wanted = tonumber((...)) or 0
  wanted = wanted - wanted % 1
  if wanted < 0 or wanted > 3 then
    refuse("Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.")
  end
  host.set_repl(wanted)
end

function redis.acl_check_cmd(...)
  in_script("redis.acl_check_cmd")
  lift()
  local allowed, problem = host.acl_check(...)
  lower()
  if problem then error({ err = problem }, 0) end
  return allowed
end

redis.REDIS_VERSION = host.version
redis.REDIS_VERSION_NUM = host.version_number

-- what only EVAL has

function redis.breakpoint() return false end

function redis.debug() end

function redis.replicate_commands() return true end

sandbox.redis = redis
sandbox.refuse = refuse
