-- The functions by which Python compiles and runs scripts.

local host, sandbox = ...

local lift = host.lift
local type, tostring, select, next, unpack, xpcall = type, tostring, select, next, unpack, xpcall
local min, concat, loadstring = math.min, table.concat, loadstring
local explain, globals, start, tokens = sandbox.explain, sandbox.globals, sandbox.start, sandbox.tokens

local CHUNK = 4000
local pending  -- the rest of a reply that does not fit into one return

-- What Python takes: true and the tokens of the reply, or false and what `explain` found out.
local function deliver(ok, result)
  if ok and type(result) == "table" then
    local out, size
    ok, out, size = xpcall(function() return tokens(result) end, explain)
    if ok then
      lift()
      if size <= CHUNK then return true, size, unpack(out, 1, size) end
      pending = out
      return true, size
    end
    result = out
  end
  lift()
  if ok then return true, sandbox.plain_tokens(result) end
  if type(result) ~= "table" then return false, nil, nil, nil, nil, tostring(result) end
  return false, result.err, result.source, result.line, result.ignore
end

local function rest(first)
  return unpack(pending, first, min(first + CHUNK - 1, #pending))
end

local function forget()
  pending = nil
end

-- Plain byte code: the tail call leaves the function alone on the stack.
local with_arguments = loadstring([[
  local body, keys, argv = ...
  return function() return body(keys, argv) end]], sandbox.SOURCE)

local bodies = {}

local driver = { rest = rest, forget = forget, watch = sandbox.watch }

function driver.compile(name, code, chunk)
  local body, problem = sandbox.prepare(code, chunk)
  lift()
  bodies[name] = body
  return problem
end

function driver.drop(name)
  bodies[name] = nil
end

driver.setresp = sandbox.setresp

local function split(key_count, ...)
  if key_count == 0 then return {}, { ... } end
  local keys = {}
  for index = 1, key_count do keys[index] = (select(index, ...)) end
  return keys, { select(key_count + 1, ...) }
end

function driver.eval(name, key_count, ...)
  globals.KEYS, globals.ARGV = split(key_count, ...)
  start()
  return deliver(xpcall(bodies[name], explain))
end

function driver.eval_tables(name, keys, argv)
  globals.KEYS, globals.ARGV = keys, argv
  start()
  return deliver(xpcall(bodies[name], explain))
end

function driver.fcall_tables(name, keys, argv)
  start()
  return deliver(xpcall(with_arguments(bodies[name], keys, argv), explain))
end

function driver.fcall(name, key_count, ...)
  return driver.fcall_tables(name, split(key_count, ...))
end

-- Run a library: its functions then stand among the bodies, under `prefix` and their names.
function driver.load_library(prefix, code)
  local found, problem = sandbox.load_library(code)
  lift()
  if not found then return problem end
  for name, callback in next, found do bodies[prefix .. name] = callback end
  return nil
end

-- Names of all functions of the libraries: calls of them must not lose their caller's frame.
function driver.library_functions()
  local names, last = { "__index" }, 1
  for name, value in next, globals do
    local real = sandbox.real_of[value]
    if sandbox.builtin[value] then
      last = last + 1
      names[last] = name
    elseif real and value ~= sandbox.G then
      for inner, member in next, real do
        if type(member) == "function" then
          last = last + 1
          names[last] = inner
        end
      end
    end
  end
  return concat(names, " ") .. " register_function"
end

-- the two worlds

-- Functions do without the debugger, KEYS and ARGV.
function driver.open(world)
  local redis = sandbox.redis
  if world == "eval" then
    globals.KEYS, globals.ARGV = {}, {}
    globals.__redis__err__handler = function(problem)
      local report = explain(problem)
      if type(problem) ~= "table" then problem = { err = report.err } end
      problem.source, problem.line = report.source, report.line
      return problem
    end
  else
    redis.breakpoint, redis.debug, redis.replicate_commands = nil, nil, nil
  end
  globals.redis = sandbox.readonly(redis)
end

return driver
