-- What a library of functions sees while it loads: `redis` with register_function and the log
-- (redis 7.0, function_lua.c).

local host, sandbox = ...

local lift, lower, refuse, redis = host.lift, host.lower, sandbox.refuse, sandbox.redis
local type, tostring, select, next, pairs = type, tostring, select, next, pairs
local rawget, setmetatable, xpcall = rawget, setmetatable, xpcall
local lower_case, concat = string.lower, table.concat

local library = {}
for _, name in ipairs({
  "LOG_DEBUG", "LOG_NOTICE", "LOG_VERBOSE", "LOG_WARNING", "REDIS_VERSION", "REDIS_VERSION_NUM", "log",
}) do
  library[name] = redis[name]
end

local registered  -- callbacks by name, while a library loads

local function text_or_nil(value)
  if type(value) == "string" or type(value) == "number" then return tostring(value) end
end

local function register_flags(list)
  local names = {}
  local index = 1
  while list[index] ~= nil do
    local name = text_or_nil(list[index])
    if not name then return nil end
    names[index] = lower_case(name)
    if not host.flags[names[index]] then return nil end
    index = index + 1
  end
  return concat(names, ",")
end

-- Reads one named argument; gives a text if it is wrong.
local reading = {}

function reading.function_name(found, value)
  found.name = text_or_nil(value)
  return not found.name and "function_name argument given to redis.register_function must be a string"
end

function reading.description(found, value)
  found.description = text_or_nil(value)
  return not found.description
    and "description argument given to redis.register_function must be a string"
end

function reading.callback(found, value)
  if type(value) ~= "function" then
    return "callback argument given to redis.register_function must be a function"
  end
  found.callback = value
end

function reading.flags(found, value)
  if type(value) ~= "table" then
    return "flags argument to redis.register_function must be a table representing function flags"
  end
  found.flags = register_flags(value)
  return not found.flags and "unknown flag given"
end

local function named_arguments(given)
  if type(given) ~= "table" then
    return nil, "calling redis.register_function with a single argument is only applicable to Lua"
      .. " table (representing named arguments)."
  end
  local found = {}
  for key, value in next, sandbox.real_of[given] or given do
    if type(key) ~= "string" and type(key) ~= "number" then
      return nil, "named argument key given to redis.register_function is not a string"
    end
    local read = reading[lower_case(key)]
    local problem
    if read then
      problem = read(found, value)
    else
      problem = "unknown argument given to redis.register_function"
    end
    if problem then return nil, problem end
  end
  if not found.name then
    return nil, "redis.register_function must get a function name argument"
  end
  if not found.callback then
    return nil, "redis.register_function must get a callback argument"
  end
  return found
end

local function positional_arguments(name, callback)
  name = text_or_nil(name)
  if not name then
    return nil, "first argument to redis.register_function must be a string"
  end
  if type(callback) ~= "function" then
    return nil, "second argument to redis.register_function must be a function"
  end
  return { name = name, callback = callback }
end

function library.register_function(...)
  if not registered then
    refuse("redis.register_function can only be called on FUNCTION LOAD command")
  end
  local count = select("#", ...)
  if count < 1 or count > 2 then
    refuse("wrong number of arguments to redis.register_function")
  end
  local found, problem
  if count == 1 then
    found, problem = named_arguments(...)
  else
    found, problem = positional_arguments(...)
  end
  if problem then refuse(problem) end
  lift()
  problem = host.register(found.name, found.description, found.flags or "")
  lower()
  if problem then refuse(problem) end
  registered[found.name] = found.callback
end

local names = setmetatable(
  { redis = sandbox.readonly(setmetatable(library, { __index = sandbox.nonexistent })) },
  { __index = sandbox.nonexistent }
)

-- After an error the hook is what it was before it perhaps struck.
local function watched(problem)
  sandbox.watch()
  return problem
end

-- Run a library: what it registered by name, or nil and what went wrong.
function sandbox.load_library(code)
  local body, problem = sandbox.prepare(code, "@user_function")
  if not body then return nil, "Error compiling function: " .. problem end
  registered = {}
  sandbox.restrict(names)
  sandbox.start()
  local ok, report = xpcall(body, watched)
  lift()
  sandbox.restrict(nil)
  local found = registered
  registered = nil
  if ok then return found end
  if type(report) == "table" then
    report = rawget(report, "err")
    if type(report) ~= "string" and type(report) ~= "number" then report = "ERR" end
  else
    report = "ERR " .. tostring(report)
  end
  return nil, "Error registering functions: " .. report
end
