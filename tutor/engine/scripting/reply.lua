-- A script's result as tokens for Python (redis 7.0, script_lua.c: luaReplyToRedisReply).

local host, sandbox = ...

local type, next, rawget = type, next, rawget

-- Strings, numbers and `false` stay as they are; all else comes behind the mark `true`.

local script_resp = 2

local function flatten(value, out, size, depth)
  local kind = type(value)
  if kind == "string" or kind == "number" then
    out[size + 1] = value
    return size + 1
  end
  if kind == "boolean" and (script_resp == 3 or value) then
    if script_resp == 2 then
      out[size + 1] = 1
      return size + 1
    end
    out[size + 1], out[size + 2], out[size + 3] = true, "b", value and 1 or 0
    return size + 3
  end
  if kind ~= "table" then
    out[size + 1] = false
    return size + 1
  end
  out[size + 1] = true
  if depth > host.depth then
    out[size + 2], out[size + 3] = "e", "ERR reached lua stack limit"
    return size + 3
  end
  local part = rawget(value, "err")
  if type(part) == "string" then
    local known = rawget(value, "ignore_error_stats_update") == true
    out[size + 2], out[size + 3] = known and "k" or "e", part
    return size + 3
  end
  part = rawget(value, "ok")
  if type(part) == "string" then
    out[size + 2], out[size + 3] = "o", part
    return size + 3
  end
  part = rawget(value, "double")
  if type(part) == "number" then
    if part == 0 then part = 1 / part < 0 and "-0" or "0" end  -- the bridge loses zero's sign
    out[size + 2], out[size + 3] = "d", part
    return size + 3
  end
  part = rawget(value, "big_number")
  if type(part) == "string" then
    out[size + 2], out[size + 3] = "n", part
    return size + 3
  end
  part = rawget(value, "verbatim_string")
  if type(part) == "table" then
    local form, text = rawget(part, "format"), rawget(part, "string")
    if type(form) == "string" and type(text) == "string" then
      out[size + 2], out[size + 3], out[size + 4] = "v", form, text
      return size + 4
    end
  end
  local count, head = 0, size + 3
  part = rawget(value, "map")
  if type(part) == "table" then
    out[size + 2], out[head], size = "m", 0, head
    for key, item in next, part do
      size = flatten(key, out, size, depth + 1)
      size = flatten(item, out, size, depth + 1)
      count = count + 1
    end
    out[head] = count
    return size
  end
  part = rawget(value, "set")
  if type(part) == "table" then
    out[size + 2], out[head], size = "s", 0, head
    for key in next, part do
      size = flatten(key, out, size, depth + 1)
      count = count + 1
    end
    out[head] = count
    return size
  end
  out[size + 2], out[head], size = "a", 0, head
  while true do
    local item = rawget(value, count + 1)
    if item == nil then break end
    size = flatten(item, out, size, depth + 1)
    count = count + 1
  end
  out[head] = count
  return size
end

-- The tokens of a table, and how many they are.
function sandbox.tokens(value)
  local out = {}
  return out, flatten(value, out, 0, 1)
end

-- The tokens of anything else.
function sandbox.plain_tokens(value)
  local kind = type(value)
  if kind == "string" or kind == "number" then return 1, value end
  if kind == "boolean" then
    if script_resp == 3 then return 3, true, "b", value and 1 or 0 end
    return 1, value and 1
  end
  return 1, false
end

function sandbox.setresp(version)
  script_resp = version
end
