-- The library `cmsgpack`: MessagePack in both directions (the interface of lua-cmsgpack 0.4.0).

local host, sandbox = ...

local type, tostring, tonumber, select, next, unpack = type, tostring, tonumber, select, next, unpack
local error = error
local byte, char, sub, concat, floor = string.byte, string.char, string.sub, table.concat, math.floor
local lift, lower, packed, unpacked = host.lift, host.lower, host.packed, host.unpacked
local fail, bad_argument, bad_type = sandbox.fail, sandbox.bad_argument, sandbox.bad_type
local real_of = sandbox.real_of

local DEEPEST = 16

-- writing

-- A whole number as `size` bytes, the highest first, in two's complement.
local function big_endian(number, size)
  local bytes = {}
  for place = size, 1, -1 do
    local low = number % 256
    bytes[place] = char(low)
    number = (number - low) / 256
  end
  return concat(bytes)
end

local function integer(number)
  if number >= 0 then
    if number <= 127 then return char(number) end
    if number <= 0xFF then return "\204" .. char(number) end
    if number <= 0xFFFF then return "\205" .. big_endian(number, 2) end
    if number <= 0xFFFFFFFF then return "\206" .. big_endian(number, 4) end
    return "\207" .. big_endian(number, 8)
  end
  if number >= -32 then return char(256 + number) end
  if number >= -128 then return "\208" .. char(256 + number) end
  if number >= -32768 then return "\209" .. big_endian(number, 2) end
  if number >= -2147483648 then return "\210" .. big_endian(number, 4) end
  lift()
  local text = host.integer_bytes(number, 8, true)
  lower()
  return "\211" .. text
end

local function number_text(number)
  if number == floor(number) and number >= -2 ^ 63 and number < 2 ^ 63 then
    return integer(number)
  end
  lift()
  local text = packed(">f", number)
  if unpacked(">f", text) == number then
    text = "\202" .. text
  else
    text = "\203" .. packed(">d", number)
  end
  lower()
  return text
end

local function string_head(length)
  if length < 32 then return char(0xA0 + length) end
  if length <= 0xFF then return "\217" .. char(length) end
  if length <= 0xFFFF then return "\218" .. big_endian(length, 2) end
  return "\219" .. big_endian(length, 4)
end

local function head(length, short, long, longer)
  if length <= 15 then return char(short + length) end
  if length <= 0xFFFF then return char(long) .. big_endian(length, 2) end
  return char(longer) .. big_endian(length, 4)
end

-- How many entries there are, and whether they are an array's.
local function measure(t)
  local count, longest, array = 0, 0, true
  for key in next, t do
    count = count + 1
    if type(key) ~= "number" or key <= 0 or floor(key) ~= key then
      array = false
    elseif key > longest then
      longest = key
    end
  end
  return count, array and longest == count
end

local write

local function write_table(t, out, size, depth)
  t = real_of[t] or t
  local count, array = measure(t)
  size = size + 1
  if array then
    out[size] = head(count, 0x90, 0xDC, 0xDD)
    for index = 1, count do size = write(t[index], out, size, depth + 1) end
  else
    out[size] = head(count, 0x80, 0xDE, 0xDF)
    for key, value in next, t do
      size = write(key, out, size, depth + 1)
      size = write(value, out, size, depth + 1)
    end
  end
  return size
end

function write(value, out, size, depth)
  local kind = type(value)
  if kind == "string" then
    out[size + 1], out[size + 2] = string_head(#value), value
    return size + 2
  end
  if kind == "table" and depth < DEEPEST then return write_table(value, out, size, depth) end
  if kind == "number" then
    out[size + 1] = number_text(value)
  elseif kind == "boolean" then
    out[size + 1] = value and "\195" or "\194"
  else
    out[size + 1] = "\192"
  end
  return size + 1
end

local cmsgpack = {
  _NAME = "cmsgpack",
  _VERSION = "lua-cmsgpack 0.4.0",
  _COPYRIGHT = "Copyright (C) 2012, Salvatore Sanfilippo",
  _DESCRIPTION = "MessagePack C implementation for Lua",
}

function cmsgpack.pack(...)
  local count = select("#", ...)
  if count == 0 then bad_argument(0, "pack", "MessagePack pack needs input.") end
  local out, size = {}, 0
  for index = 1, count do size = write((select(index, ...)), out, size, 0) end
  return concat(out)
end

-- reading

local function missing()
  fail("Missing bytes in input.")
end

local function unsigned(text, at, size)
  if at + size - 1 > #text then missing() end
  local number = 0
  for place = at, at + size - 1 do number = number * 256 + byte(text, place) end
  return number
end

local function signed(text, at, size)
  local number = unsigned(text, at, size)
  if number >= 2 ^ (8 * size - 1) then number = number - 2 ^ (8 * size) end
  return number
end

-- Eight bytes go through Python: halfway they would not fit a double.
local function long(text, at)
  if at + 7 > #text then missing() end
  lift()
  local number = host.integer_value(sub(text, at, at + 7), 8, true, true)
  lower()
  return number
end

local function real(text, at, size, form)
  if at + size - 1 > #text then missing() end
  lift()
  local number = unpacked(form, sub(text, at, at + size - 1))
  lower()
  return number
end

local read

local function read_string(text, at, length)
  if at + length - 1 > #text then missing() end
  return sub(text, at, at + length - 1), at + length
end

local function read_array(text, at, length)
  local list = {}
  for index = 1, length do list[index], at = read(text, at) end
  return list, at
end

local function read_map(text, at, length)
  local map = {}
  for _ = 1, length do
    local key, value
    key, at = read(text, at)
    value, at = read(text, at)
    if key == nil then error("table index is nil", 0) end
    if key ~= key then error("table index is NaN", 0) end
    map[key] = value
  end
  return map, at
end

local readers = {
  [0xC0] = function(_, at) return nil, at end,
  [0xC2] = function(_, at) return false, at end,
  [0xC3] = function(_, at) return true, at end,
  [0xCA] = function(text, at) return real(text, at, 4, ">f"), at + 4 end,
  [0xCB] = function(text, at) return real(text, at, 8, ">d"), at + 8 end,
  [0xCF] = function(text, at) return long(text, at), at + 8 end,
  [0xD3] = function(text, at) return long(text, at), at + 8 end,
}
for power = 0, 2 do
  local size = 2 ^ power
  readers[0xCC + power] = function(text, at) return unsigned(text, at, size), at + size end
  readers[0xD0 + power] = function(text, at) return signed(text, at, size), at + size end
  readers[0xD9 + power] = function(text, at)
    return read_string(text, at + size, unsigned(text, at, size))
  end
end
for power = 1, 2 do
  local size = 2 ^ power
  readers[0xDB + power] = function(text, at)
    return read_array(text, at + size, unsigned(text, at, size))
  end
  readers[0xDD + power] = function(text, at)
    return read_map(text, at + size, unsigned(text, at, size))
  end
end
for code = 0, 0x7F do readers[code] = function(_, at) return code, at end end
for code = 0xE0, 0xFF do readers[code] = function(_, at) return code - 256, at end end
for length = 0, 15 do
  readers[0x80 + length] = function(text, at) return read_map(text, at, length) end
  readers[0x90 + length] = function(text, at) return read_array(text, at, length) end
end
for length = 0, 31 do
  readers[0xA0 + length] = function(text, at) return read_string(text, at, length) end
end

function read(text, at)
  local code = byte(text, at)
  if not code then missing() end
  local reader = readers[code]
  if not reader then fail("Bad data format in input.") end
  return reader(text, at + 1)
end

-- At most `limit` objects (0: all) that begin behind `offset` bytes; for unpack_one and
-- unpack_limit before them where to go on, -1 at the end.
local function decode(text, limit, offset)
  if offset < 0 or limit < 0 then
    fail("Invalid request to unpack with offset of %d and limit of %d.", offset, #text)
  end
  if offset > #text then
    fail("Start offset %d greater than input length %d.", offset, #text)
  end
  local all = limit == 0 and offset == 0
  local found, count, at = {}, 0, offset + 1
  while at <= #text and (limit == 0 or count < limit) do
    count = count + 1
    found[count], at = read(text, at)
  end
  if all then return unpack(found, 1, count) end
  return at > #text and -1 or at - 1, unpack(found, 1, count)
end

local function text_argument(name, count, text)
  if type(text) ~= "string" and type(text) ~= "number" then
    bad_type(1, name, "string", count, text)
  end
  return tostring(text)
end

local function integer_argument(index, name, count, value, default)
  if value == nil and default then return default end
  local number = (type(value) == "number" or type(value) == "string") and tonumber(value)
  if not number then bad_type(index, name, "number", count, value) end
  return number < 0 and -floor(-number) or floor(number)
end

function cmsgpack.unpack(...)
  local text = text_argument("unpack", select("#", ...), (...))
  return decode(text, 0, 0)
end

function cmsgpack.unpack_one(...)
  local count = select("#", ...)
  local text, offset = ...
  offset = integer_argument(2, "unpack_one", count, offset, 0)
  text = text_argument("unpack_one", count, text)
  return decode(text, 1, offset)
end

function cmsgpack.unpack_limit(...)
  local count = select("#", ...)
  local text, limit, offset = ...
  limit = integer_argument(2, "unpack_limit", count, limit)
  offset = integer_argument(3, "unpack_limit", count, offset, 0)
  text = text_argument("unpack_limit", count, text)
  return decode(text, limit, offset)
end

sandbox.globals.cmsgpack = sandbox.readonly(cmsgpack)
