-- The library `struct`: values as C lays them out in memory (the interface of R. Ierusalimschy's
-- struct 0.2, without its option `=`).

local host, sandbox = ...

local type, tostring, tonumber, select, unpack = type, tostring, tonumber, select, unpack
local find, format, rep, sub, strmatch = string.find, string.format, string.rep, string.sub,
  string.match
local concat, floor = table.concat, math.floor
local lift, lower = host.lift, host.lower
local fail, bad_argument, bad_type = sandbox.fail, sandbox.bad_argument, sandbox.bad_type

local LARGEST_INTEGER = 32
local INT_MAX = 2147483647
local SIZES = { b = 1, B = 1, h = 2, H = 2, l = 8, L = 8, T = 8, f = 4, d = 8, x = 1 }
local SIGNED = { b = true, h = true, l = true, i = true }
local UNSIGNED = { B = true, H = true, L = true, T = true, I = true }

-- A number in the format at `at`, or `default`; and where the format goes on.
local function format_number(form, at, default)
  local first, last = find(form, "^%d+", at)
  if not first then return default, at end
  local number = tonumber(sub(form, first, last))
  if number > INT_MAX then fail("integral size overflow") end
  return number, last + 1
end

-- The size of an option, and where the format goes on.
local function option_size(option, form, at)
  if option == "c" then return format_number(form, at, 1) end
  if option == "i" or option == "I" then
    local size, after = format_number(form, at, 4)
    if size > LARGEST_INTEGER then
      fail("integral size %d is larger than limit of %d", size, LARGEST_INTEGER)
    end
    return size, after
  end
  return SIZES[option] or 0, at
end

-- The lower set bits that two numbers share, `mask` being below 256.
local function common_bits(number, mask)
  local result, bit = 0, 1
  while bit <= mask do
    if number % (2 * bit) >= bit and mask % (2 * bit) >= bit then result = result + bit end
    bit = bit * 2
  end
  return result
end

-- Bytes to skip so that an option lies where C would put it.
local function padding(position, state, option, size)
  if size == 0 or option == "c" then return 0 end
  if size > state.align then size = state.align end
  return common_bits(size - common_bits(position, size - 1), size - 1)
end

-- An option that says how to go on rather than what comes.
local function control(name, option, form, at, state)
  if option == " " then return at end
  if option == ">" or option == "<" then
    state.big = option == ">"
    return at
  end
  if option ~= "!" then
    bad_argument(1, name, format("invalid format option '%s'", option))
  end
  local align, after = format_number(form, at, 8)
  local power = 1
  while power < align do power = power * 2 end
  if power ~= align then fail("alignment %d is not a power of 2", align) end
  state.align = align
  return after
end

local function format_argument(name, count, form)
  if type(form) ~= "string" and type(form) ~= "number" then
    bad_type(1, name, "string", count, form)
  end
  return (strmatch(tostring(form), "^[^%z]*"))
end

local function number_argument(index, name, value)
  local number = (type(value) == "number" or type(value) == "string") and tonumber(value)
  if not number then bad_type(index, name, "number", index, value) end
  return number
end

local function text_argument(index, name, value)
  if type(value) ~= "string" and type(value) ~= "number" then
    bad_type(index, name, "string", index, value)
  end
  return tostring(value)
end

local function bytes_of(option, value, size, state)
  lift()
  local text
  if option == "f" or option == "d" then
    text = host.packed((state.big and ">" or "<") .. option, value)
  else
    text = host.integer_bytes(value, size, state.big)
  end
  lower()
  return text
end

local struct = {}

function struct.pack(...)
  local form = format_argument("pack", select("#", ...), (...))
  local state = { big = false, align = 1 }
  local out, parts, total, index, at = {}, 0, 0, 2, 1
  while at <= #form do
    local option, size = sub(form, at, at)
    size, at = option_size(option, form, at + 1)
    local skip = padding(total, state, option, size)
    local text
    if SIGNED[option] or UNSIGNED[option] or option == "f" or option == "d" then
      text = bytes_of(option, number_argument(index, "pack", (select(index, ...))), size, state)
      index = index + 1
    elseif option == "x" then
      text = "\0"
    elseif option == "c" or option == "s" then
      text = text_argument(index, "pack", (select(index, ...)))
      index = index + 1
      if size == 0 then size = #text end
      if #text < size then bad_argument(index, "pack", "string too short") end
      text = sub(text, 1, size)
      if option == "s" then text = text .. "\0" end
    else
      text = ""
      at = control("pack", option, form, at, state)
    end
    parts = parts + 1
    out[parts] = rep("\0", skip) .. text
    total = total + #out[parts]
  end
  return concat(out)
end

local function value_of(option, text, state)
  lift()
  local value
  if option == "f" or option == "d" then
    value = host.unpacked((state.big and ">" or "<") .. option, text)
  else
    value = host.integer_value(text, #text, SIGNED[option] or false, state.big)
  end
  lower()
  return value
end

local function too_short()
  bad_argument(2, "unpack", "data string too short")
end

local function offset_argument(count, value)
  if value == nil then return 1 end
  local number = (type(value) == "number" or type(value) == "string") and tonumber(value)
  if not number then bad_type(3, "unpack", "number", count, value) end
  number = number < 0 and -floor(-number) or floor(number)
  if number == 0 then bad_argument(3, "unpack", "offset must be 1 or greater") end
  return number
end

function struct.unpack(...)
  local count = select("#", ...)
  local form, data, position = ...
  form = format_argument("unpack", count, form)
  if type(data) ~= "string" and type(data) ~= "number" then
    bad_type(2, "unpack", "string", count, data)
  end
  data = tostring(data)
  position = offset_argument(count, position) - 1
  local state = { big = false, align = 1 }
  local found, results, at = {}, 0, 1
  while at <= #form do
    local option, size = sub(form, at, at)
    size, at = option_size(option, form, at + 1)
    if position < 0 then too_short() end
    position = position + padding(position, state, option, size)
    if position > #data - size then too_short() end
    if SIGNED[option] or UNSIGNED[option] or option == "f" or option == "d" then
      results = results + 1
      found[results] = value_of(option, sub(data, position + 1, position + size), state)
    elseif option == "c" then
      if size == 0 then
        size = results > 0 and tonumber(found[results])
        if not size then fail("format 'c0' needs a previous size") end
        size, results = size < 0 and -floor(-size) or floor(size), results - 1
        if size >= 2 ^ 64 then size = 0 end  -- what C makes of a number too large for a size
        if not (size >= 0 and position <= #data - size) then too_short() end
      end
      results = results + 1
      found[results] = sub(data, position + 1, position + size)
    elseif option == "s" then
      local stop = find(data, "\0", position + 1, true)
      if not stop then fail("unfinished string in data") end
      results = results + 1
      found[results] = sub(data, position + 1, stop - 1)
      size = stop - position
    elseif option ~= "x" then
      at = control("unpack", option, form, at, state)
    end
    position = position + size
  end
  results = results + 1
  found[results] = position + 1
  return unpack(found, 1, results)
end

function struct.size(...)
  local form = format_argument("size", select("#", ...), (...))
  local state = { big = false, align = 1 }
  local total, at = 0, 1
  while at <= #form do
    local option, size = sub(form, at, at)
    size, at = option_size(option, form, at + 1)
    total = total + padding(total, state, option, size)
    if option == "s" then bad_argument(1, "size", "option 's' has no fixed size") end
    if option == "c" and size == 0 then
      bad_argument(1, "size", "option 'c0' has no fixed size")
    end
    if not find(option, "%w") then at = control("size", option, form, at, state) end
    total = total + size
  end
  return total
end

sandbox.globals.struct = sandbox.readonly(struct)
