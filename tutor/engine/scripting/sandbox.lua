-- The world in which scripts live: what Lua 5.1 offers, with the doors that Redis shuts shut.
--
-- Runs once per Lua state, with `host` (functions of Python: see runtime.py) as its argument, and
-- gives back the functions by which Python drives it. A script never sees `host`, nor the real
-- globals: its environment is `G`, a read-only view of what is listed here.
--
-- Python may only be entered while the ceiling on Lua's heap is lifted (`host.lift`): an allocation
-- that fails inside the bridge cannot be survived. `host.lower` puts the ceiling back.

local host = ...

local getinfo, sethook = debug.getinfo, debug.sethook
local error, type, tostring, select, setmetatable = error, type, tostring, select, setmetatable
local next, pairs, rawget, rawset, pcall, xpcall = next, pairs, rawget, rawset, pcall, xpcall
local getmetatable, setfenv, loadstring, tonumber = getmetatable, setfenv, loadstring, tonumber
local collectgarbage, unpack = collectgarbage, unpack
local format, find, sub, dump, gsub = string.format, string.find, string.sub, string.dump, string.gsub
local concat = table.concat
local lift, lower, clock = host.lift, host.lower, os.clock

local SOURCE = "=redis"
local READONLY = "Attempt to modify a readonly table"
local HOOK_COUNT = 5000  -- instructions between two strikes of the hook
local STRIKES = 4  -- so many strikes go by before Python is asked whether to go on,
local PATIENCE = 0.002  -- unless they took longer than this, in seconds of the processor
local NO_MEMORY = "not enough memory"

local hook
local dying = false  -- the hook has told the script to end

-- errors as luaL_error and luaL_argerror word them

-- Where the code stands that called the library, "user_script:3: " or nothing if that is C; and how
-- it calls the function, if it does so by a name.
local function caller()
  local level = 3
  local info = getinfo(level, "Sl")
  while info and info.source == SOURCE do
    level = level + 1
    info = getinfo(level, "Sl")
  end
  local tail = info and info.what == "tail"
  local name = not tail and getinfo(level - 1, "n").name or tail and true
  while info and info.what == "tail" do
    level = level + 1
    info = getinfo(level, "Sl")
  end
  if not info or info.currentline <= 0 then return "", name end
  return format("%s:%d: ", info.short_src, info.currentline), name
end

local function where()
  local place = caller()
  return place
end

local function fail(message, ...)
  if select("#", ...) > 0 then message = format(message, ...) end
  local place = where()
  error(place .. message, 0)
end

-- `name` serves where the call itself is gone from the stack.
local function bad_argument(index, name, problem)
  local place, called = caller()
  if called ~= true then name = called or "?" end
  error(format("%sbad argument #%d to '%s' (%s)", place, index, name, problem), 0)
end

local function bad_type(index, name, expected, count, value)
  local got = index > count and "no value" or type(value)
  bad_argument(index, name, format("%s expected, got %s", expected, got))
end

-- tables that cannot be changed

local real_of = setmetatable({}, { __mode = "k" })  -- read-only view -> the table behind it
local builtin = setmetatable({}, { __mode = "k" })  -- our functions that pass for C functions

local function refuse()
  fail(READONLY)
end

local function readonly(real)
  local view = setmetatable({}, { __index = real, __newindex = refuse })
  real_of[view] = real
  for _, value in next, real do
    if type(value) == "function" then builtin[value] = true end
  end
  return view
end

-- the basic functions that must know about such tables

local base = {}

-- What Lua itself finds wrong while C runs; such errors do not say where.
local PLACELESS = {
  ["invalid key to 'next'"] = true,
  ["table index is nil"] = true,
  ["table index is NaN"] = true,
}

-- Run a C function; what it complains about is said as if the script had called it.
local function finish(name, ok, ...)
  if ok then return ... end
  local message = ...
  if type(message) == "string" and not PLACELESS[message] then
    local place, called = caller()
    if called ~= true then name = called or "?" end
    message = place .. gsub(message, "to '%?'", "to '" .. name .. "'")
  end
  error(message, 0)
end

function base.next(...)
  local t, key = ...
  local real = real_of[t]
  if real then return next(real, key) end
  return finish("next", pcall(next, ...))
end

function base.pairs(...)
  local t = ...
  if type(t) ~= "table" then bad_type(1, "pairs", "table", select("#", ...), t) end
  if real_of[t] then return base.next, t, nil end
  return next, t, nil
end

function base.rawget(...)
  local t, key = ...
  local real = real_of[t]
  if real then return rawget(real, key) end
  return finish("rawget", pcall(rawget, ...))
end

function base.rawset(...)
  if real_of[...] then error(READONLY, 0) end
  return finish("rawset", pcall(rawset, ...))
end

function base.setmetatable(...)
  if real_of[...] then error(READONLY, 0) end
  return finish("setmetatable", pcall(setmetatable, ...))
end

-- cjson.null: a userdata that looks like C's null pointer
local null = newproxy(true)
getmetatable(null).__tostring = function() return "userdata: (nil)" end

local string_metatable = readonly({ __index = true })
local global_metatable = readonly({ __index = true })
local G = {}

function base.getmetatable(...)
  local value = ...
  if select("#", ...) == 0 then bad_argument(1, "getmetatable", "value expected") end
  if type(value) == "string" then return string_metatable end
  if value == G then return global_metatable end
  if real_of[value] or value == null then return nil end
  return getmetatable(value)
end

-- errors that scripts catch: of a table with a text under `err`, pcall gives the text

-- Whoever runs out of memory has to end: it could fill the heap again and again otherwise.
local function survive(ok, ...)
  if not ok and ... == NO_MEMORY then error(NO_MEMORY, 0) end
  return ok, ...
end

local function caught(ok, ...)
  if ok then return true, ... end
  local problem = ...
  if problem == NO_MEMORY then error(NO_MEMORY, 0) end
  if type(problem) == "table" then
    local text = problem.err
    if type(text) == "string" or type(text) == "number" then return false, text end
  end
  return false, problem
end

function base.pcall(...)
  if select("#", ...) == 0 then bad_argument(1, "pcall", "value expected") end
  return caught(pcall(...))
end

-- An error that the hook raises is handled with hooks off: a handler of the script's could then run
-- for ever, so it is left out.
function base.xpcall(...)
  local body, handler = ...
  if select("#", ...) < 2 then bad_argument(2, "xpcall", "value expected") end
  return survive(xpcall(body, function(problem)
    if dying then return problem end
    return handler(problem)
  end))
end

-- source text becomes a function; ready-made byte code is never taken

local function prepare(code, name)
  if find(code, "^\27") then code = " " .. code end
  local compiled, problem = loadstring(code, name)
  if not compiled then return nil, problem end
  if find(code, "return", 1, true) then
    local image = dump(compiled)
    lift()
    local patched = host.patch(image)
    lower()
    if patched then compiled = loadstring(patched, name) end
  end
  return setfenv(compiled, G)
end

function base.loadstring(...)
  local code, name = ...
  if type(code) ~= "string" and type(code) ~= "number" then
    bad_type(1, "loadstring", "string", select("#", ...), code)
  end
  if name ~= nil and type(name) ~= "string" and type(name) ~= "number" then
    bad_type(2, "loadstring", "string", select("#", ...), name)
  end
  return prepare(tostring(code), tostring(name or code))
end

-- The handler of the script's own errors sees those of a reader, too, and makes tables of them.
local function reader_failed(problem)
  if type(problem) == "table" then return problem end
  return { err = "ERR " .. tostring(problem) }
end

function base.load(...)
  local reader, name = ...
  if type(reader) ~= "function" then bad_type(1, "load", "function", select("#", ...), reader) end
  local pieces = {}
  while true do
    local ok, piece = pcall(reader)
    if not ok then return nil, reader_failed(piece) end
    if piece == nil or piece == "" then break end
    if type(piece) ~= "string" and type(piece) ~= "number" then
      return nil, reader_failed(where() .. "reader function must return a string")
    end
    pieces[#pieces + 1] = piece
  end
  return prepare(concat(pieces), tostring(name or "=(load)"))
end

-- the collector may be asked, not switched off for whoever comes next

local HARMLESS = { collect = true, count = true, step = true }
local FIXED = { stop = 0, restart = 0, setpause = 200, setstepmul = 200 }

function base.collectgarbage(...)
  local wish = ...
  if wish == nil or HARMLESS[wish] then return finish("collectgarbage", pcall(collectgarbage, ...)) end
  if FIXED[wish] then return FIXED[wish] end
  if type(wish) ~= "string" then
    bad_type(1, "collectgarbage", "string", select("#", ...), wish)
  end
  bad_argument(1, "collectgarbage", format("invalid option '%s'", wish))
end

-- libraries of Lua itself

local table_ = {}
for name, value in pairs(table) do table_[name] = value end

local insert, foreach = table.insert, table.foreach

function table_.insert(...)
  local t, value = ...
  if real_of[t] then error(READONLY, 0) end
  if type(t) == "table" and select("#", ...) == 2 then return insert(t, value) end
  return finish("insert", pcall(insert, ...))
end

function table_.foreach(...)
  local t, visit = ...
  if real_of[t] then return foreach(real_of[t], visit) end
  return finish("foreach", pcall(foreach, ...))
end

local string_ = {}
for name, value in pairs(string) do string_[name] = value end

function string_.dump(...)
  if type((...)) == "function" and builtin[...] then fail("unable to dump given function") end
  return finish("dump", pcall(dump, ...))
end
string.dump = string_.dump

-- a coroutine is watched like the main thread

local coroutine_ = {}
for name, value in pairs(coroutine) do coroutine_[name] = value end

local create, wrap, resume = coroutine.create, coroutine.wrap, coroutine.resume

local function only_lua(name, count, body)
  if type(body) ~= "function" or builtin[body] or getinfo(body, "S").what == "C" then
    bad_argument(1, name, "Lua function expected")
  end
end

function coroutine_.resume(...)
  local thread = ...
  if type(thread) ~= "thread" then bad_argument(1, "resume", "coroutine expected") end
  return survive(resume(...))
end

function coroutine_.create(...)
  local body = ...
  only_lua("create", select("#", ...), body)
  local thread = create(body)
  sethook(thread, hook, "", HOOK_COUNT)
  return thread
end

-- Plain byte code of its own: the tail call leaves no frame of ours on the coroutine's stack.
local watched = loadstring([[
  local sethook, hook, count, body = ...
  return function(...)
    sethook(hook, "", count)
    return body(...)
  end]], SOURCE)

function coroutine_.wrap(...)
  local body = ...
  only_lua("wrap", select("#", ...), body)
  return wrap(watched(sethook, hook, HOOK_COUNT, body))
end

-- numbers at random: Redis's own generator, the same on every machine

local math_ = {}
for name, value in pairs(math) do math_[name] = value end

local floor = math.floor

local function whole_number(index, name, count, value)
  local number = tonumber(value)
  if not number or (type(value) ~= "number" and type(value) ~= "string") then
    bad_type(index, name, "number", count, value)
  end
  return number < 0 and -floor(-number) or floor(number)
end

function math_.random(...)
  if not host.running() then
    fail("math.random can only be called inside a script invocation")
  end
  local r = host.random()
  local count = select("#", ...)
  if count == 0 then return r end
  local first, second = ...
  first = whole_number(1, "random", count, first)
  if count == 1 then
    if first < 1 then bad_argument(1, "random", "interval is empty") end
    return floor(r * first) + 1
  end
  if count > 2 then fail("wrong number of arguments") end
  second = whole_number(2, "random", count, second)
  if first > second then bad_argument(2, "random", "interval is empty") end
  return floor(r * (second - first + 1)) + first
end

function math_.randomseed(...)
  if not host.running() then
    fail("math.randomseed can only be called inside a script invocation")
  end
  host.randomseed(whole_number(1, "randomseed", select("#", ...), (...)))
end

-- the globals

local globals = {
  _VERSION = _VERSION,
  assert = assert,
  collectgarbage = base.collectgarbage,
  coroutine = readonly(coroutine_),
  error = error,
  gcinfo = gcinfo,
  getmetatable = base.getmetatable,
  ipairs = ipairs,
  load = base.load,
  loadstring = base.loadstring,
  math = readonly(math_),
  next = base.next,
  pairs = base.pairs,
  pcall = base.pcall,
  rawequal = rawequal,
  rawget = base.rawget,
  rawset = base.rawset,
  select = select,
  setmetatable = base.setmetatable,
  string = readonly(string_),
  table = readonly(table_),
  tonumber = tonumber,
  tostring = tostring,
  type = type,
  unpack = unpack,
  xpcall = base.xpcall,
}

for _, value in pairs(base) do builtin[value] = true end

local function nonexistent(...)
  if select("#", ...) ~= 2 then fail("Wrong number of arguments to luaProtectedTableError") end
  local _, name = ...
  if type(name) ~= "string" and type(name) ~= "number" then
    fail("Second argument to luaProtectedTableError must be a string or number")
  end
  fail("Script attempted to access nonexistent global variable '%s'", tostring(name))
end

builtin[nonexistent] = true
real_of[string_metatable].__index = globals.string
real_of[global_metatable].__index = nonexistent
setmetatable(globals, { __index = nonexistent })

local G_metatable = { __index = globals, __newindex = refuse }
setmetatable(G, G_metatable)
real_of[G] = globals
globals._G = G

-- While a library of functions loads, it sees `names` and nothing else.
local function restrict(names)
  G_metatable.__index = names or globals
end

local function watch()
  dying = false
  sethook(hook, "", HOOK_COUNT)
end

-- Of a script that fails: what went wrong, and where, seen from the script.
local function explain(problem)
  watch()  -- a hook that has struck does so no more
  local info = getinfo(2, "Sl")
  if info and (info.what == "C" or info.source == SOURCE) then
    local level = 3
    info = getinfo(level, "Sl")
    while info and (info.source == SOURCE or info.what == "tail") do
      level = level + 1
      info = getinfo(level, "Sl")
    end
  end
  local report = { source = info and info.source, line = info and info.currentline }
  if type(problem) == "table" then
    local text = rawget(problem, "err")
    if type(text) == "string" or type(text) == "number" then report.err = tostring(text) end
    report.ignore = rawget(problem, "ignore_error_stats_update") == true
  else
    report.err = "ERR " .. tostring(problem)
  end
  return report
end

-- The count hook asks whether to go on. Once told to stop it strikes at every line, so that no
-- pcall of the script outlives it.
local strikes, asked_at = 0, 0

function hook()
  local now = clock()
  strikes = strikes + 1
  if strikes % STRIKES ~= 0 and now - asked_at < PATIENCE and not dying then return end
  asked_at = now
  lift()
  local reason = host.interrupt(strikes, now)
  lower()
  if reason then
    dying = true
    sethook(hook, "l")
    error({ err = reason }, 0)
  end
end

-- Before a script runs: the hook counts anew, and the ceiling is put up.
local function start()
  strikes, asked_at = 0, clock()
  host.begin(asked_at)
  lower()
end

watch()

return {
  G = G,
  SOURCE = SOURCE,
  bad_argument = bad_argument,
  bad_type = bad_type,
  builtin = builtin,
  explain = explain,
  fail = fail,
  globals = globals,
  nonexistent = nonexistent,
  null = null,
  prepare = prepare,
  readonly = readonly,
  real_of = real_of,
  restrict = restrict,
  start = start,
  watch = watch,
  where = where,
}
