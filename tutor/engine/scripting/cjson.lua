-- The library `cjson`: JSON in both directions (the interface and habits of lua-cjson 2.1.0).

local _, sandbox = ...

local type, tostring, tonumber, select, next = type, tostring, tonumber, select, next
local format, find, sub, byte, gsub, char = string.format, string.find, string.sub, string.byte,
  string.gsub, string.char
local rawget = rawget
local lower_case, strmatch, concat, floor = string.lower, string.match, table.concat, math.floor
local fail, bad_argument, bad_type = sandbox.fail, sandbox.bad_argument, sandbox.bad_type
local real_of = sandbox.real_of
local huge = math.huge

local NULL = sandbox.null
local MAX_INT = 2147483647

-- writing

local escapes = {
  ['"'] = '\\"', ["\\"] = "\\\\", ["/"] = "\\/", ["\b"] = "\\b", ["\f"] = "\\f",
  ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ["\127"] = "\\u007f",
}
for code = 0, 31 do
  local character = char(code)
  escapes[character] = escapes[character] or format("\\u%04x", code)
end

local function quoted(text)
  if find(text, '[%c"\\/\127%z]') then text = gsub(text, '[%c"\\/\127%z]', escapes) end
  return '"' .. text .. '"'
end

local function number_text(number, settings)
  if number ~= number or number == huge or number == -huge then
    if settings.invalid == "off" then
      fail("Cannot serialise number: must not be NaN or Inf")
    elseif settings.invalid == "null" then
      return "null"
    end
    return number ~= number and "nan" or number > 0 and "inf" or "-inf"
  end
  return format(settings.form, number)
end

-- The length of an array, nil for an object.
local function array_length(t, settings)
  local longest, count = 0, 0
  for key in next, t do
    if type(key) ~= "number" or key < 1 or floor(key) ~= key then return nil end
    if key > longest then longest = key <= MAX_INT and key or -MAX_INT - 1 end  -- as C's int
    count = count + 1
  end
  if settings.sparse_ratio > 0 and longest > count * settings.sparse_ratio
    and longest > settings.sparse_safe then
    if settings.sparse_convert == "off" then
      fail("Cannot serialise table: excessively sparse array")
    end
    return nil
  end
  return longest > 0 and longest or nil
end

local write

local function write_table(t, settings, out, size, depth)
  t = real_of[t] or t
  depth = depth + 1
  if depth > settings.encode_depth then
    fail("Cannot serialise, excessive nesting (%d)", depth)
  end
  local length = array_length(t, settings)
  if length then
    out[size + 1] = "["
    size = size + 1
    for index = 1, length do
      if index > 1 then
        size = size + 1
        out[size] = ","
      end
      size = write(rawget(t, index), settings, out, size, depth)
    end
    out[size + 1] = "]"
    return size + 1
  end
  out[size + 1] = "{"
  size = size + 1
  local first = true
  for key, value in next, t do
    local name
    if type(key) == "string" then
      name = quoted(key)
    elseif type(key) == "number" then
      name = '"' .. number_text(key, settings) .. '"'
    else
      fail("Cannot serialise %s: table key must be a number or string", type(key))
    end
    if first then
      out[size + 1] = name .. ":"
      first = false
    else
      out[size + 1] = "," .. name .. ":"
    end
    size = write(value, settings, out, size + 1, depth)
  end
  out[size + 1] = "}"
  return size + 1
end

function write(value, settings, out, size, depth)
  local kind = type(value)
  if kind == "string" then
    out[size + 1] = quoted(value)
  elseif kind == "number" then
    out[size + 1] = number_text(value, settings)
  elseif kind == "table" then
    return write_table(value, settings, out, size, depth)
  elseif kind == "boolean" then
    out[size + 1] = value and "true" or "false"
  elseif kind == "nil" or value == NULL then
    out[size + 1] = "null"
  else
    fail("Cannot serialise %s: type not supported", kind)
  end
  return size + 1
end

-- reading

local SINGLE = {
  ["{"] = "T_OBJ_BEGIN", ["}"] = "T_OBJ_END", ["["] = "T_ARR_BEGIN", ["]"] = "T_ARR_END",
  [":"] = "T_COLON", [","] = "T_COMMA",
}
local UNESCAPES = {
  ['"'] = '"', ["\\"] = "\\", ["/"] = "/", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t",
}

-- A code point as UTF-8.
local function utf8(code)
  if code < 0x80 then return char(code) end
  if code < 0x800 then return char(0xC0 + floor(code / 64), 0x80 + code % 64) end
  if code < 0x10000 then
    return char(0xE0 + floor(code / 4096), 0x80 + floor(code / 64) % 64, 0x80 + code % 64)
  end
  return char(
    0xF0 + floor(code / 262144), 0x80 + floor(code / 4096) % 64,
    0x80 + floor(code / 64) % 64, 0x80 + code % 64
  )
end

-- What \uXXXX at `at` (the backslash) stands for, and where the text goes on; nil if it is wrong.
local function unicode(text, at)
  local digits = strmatch(text, "^%x%x%x%x", at + 2)
  if not digits then return nil end
  local code, after = tonumber(digits, 16), at + 6
  if code >= 0xDC00 and code <= 0xDFFF then return nil end
  if code >= 0xD800 and code <= 0xDBFF then
    local low = strmatch(text, "^\\u(%x%x%x%x)", after)
    low = low and tonumber(low, 16)
    if not low or low < 0xDC00 or low > 0xDFFF then return nil end
    code, after = (code - 0xD800) * 1024 + (low - 0xDC00) + 0x10000, after + 6
  end
  return utf8(code), after
end

-- A string whose opening quote stands at `at`: the string and what comes after it, or nil, what is
-- wrong, and where.
local function read_string(text, at)
  local start = at + 1
  local stop = find(text, '["\\%z]', start)
  if stop and byte(text, stop) == 34 then return sub(text, start, stop - 1), stop + 1 end
  local out, size = {}, 0
  while true do
    if not stop or byte(text, stop) == 0 then
      return nil, "unexpected end of string", stop or #text + 1
    end
    size = size + 1
    out[size] = sub(text, start, stop - 1)
    if byte(text, stop) == 34 then return concat(out), stop + 1 end
    local letter = sub(text, stop + 1, stop + 1)
    local plain = UNESCAPES[letter]
    size = size + 1
    if plain then
      out[size], start = plain, stop + 2
    elseif letter == "u" then
      local found, after = unicode(text, stop)
      if not found then return nil, "invalid unicode escape code", stop end
      out[size], start = found, after
    else
      return nil, "invalid escape code", stop
    end
    stop = find(text, '["\\%z]', start)
  end
end

-- Numbers that JSON does not know: hexadecimal, leading zeros, a plus, infinity, not-a-number.
local function is_invalid(text, at)
  if find(text, "^%+", at) then return true end
  if find(text, "^%-", at) then at = at + 1 end
  if find(text, "^0[xX0-9]", at) then return true end
  if find(text, "^[%z\1-9]", at) then return false end
  local word = lower_case(sub(text, at, at + 2))
  return word == "inf" or word == "nan"
end

-- What C's strtod reads, longest first.
local NUMBERS = {
  "^[+-]?0[xX]%x+%.?%x*[pP][+-]?%d+", "^[+-]?0[xX]%.%x+[pP][+-]?%d+",
  "^[+-]?0[xX]%x+%.?%x*", "^[+-]?0[xX]%.%x+",
  "^[+-]?%d+%.?%d*[eE][+-]?%d+", "^[+-]?%.%d+[eE][+-]?%d+",
  "^[+-]?%d+%.?%d*", "^[+-]?%.%d+",
  "^[+-]?[iI][nN][fF][iI][nN][iI][tT][yY]", "^[+-]?[iI][nN][fF]",
  "^[+-]?[nN][aA][nN]%([%w_]*%)", "^[+-]?[nN][aA][nN]",
}

local function read_number(text, at)
  local word = strmatch(text, "^%-?%d+", at)  -- most numbers are whole
  if word and not find(text, "^[%.eExX]", at + #word) then return tonumber(word), at + #word end
  for index = 1, #NUMBERS do
    word = strmatch(text, NUMBERS[index], at)
    if word then return tonumber(word), at + #word end
  end
end

-- The token at or after `at`: its kind, its value, where it stands, what comes after it. For
-- T_ERROR the value says what is wrong.
local function token(text, at, settings)
  at = find(text, "[^ \t\r\n]", at) or #text + 1
  local letter = sub(text, at, at)
  if letter == '"' then
    local value, after, place = read_string(text, at)
    if value then return "T_STRING", value, at, after end
    return "T_ERROR", after, place, nil
  end
  if find(letter, "^[%d%-]") then
    if not settings.decode_invalid and is_invalid(text, at) then
      return "T_ERROR", "invalid number", at, nil
    end
    local value, after = read_number(text, at)
    if value then return "T_NUMBER", value, at, after end
    return "T_ERROR", "invalid number", at, nil
  end
  local single = SINGLE[letter]
  if single then return single, nil, at, at + 1 end
  if letter == "" or letter == "\0" then return "T_END", nil, at, at end
  if letter == "t" and sub(text, at, at + 3) == "true" then return "T_BOOLEAN", true, at, at + 4 end
  if letter == "f" and sub(text, at, at + 4) == "false" then
    return "T_BOOLEAN", false, at, at + 5
  end
  if letter == "n" and sub(text, at, at + 3) == "null" then return "T_NULL", NULL, at, at + 4 end
  if settings.decode_invalid and find(letter, "^[iInN+]") and is_invalid(text, at) then
    local value, after = read_number(text, at)
    if value then return "T_NUMBER", value, at, after end
    return "T_ERROR", "invalid number", at, nil
  end
  return "T_ERROR", "invalid token", at, nil
end

local function unexpected(wanted, kind, value, at)
  fail("Expected %s but found %s at character %d", wanted, kind == "T_ERROR" and value or kind, at)
end

local read_value

local function read_array(text, at, settings, depth)
  local list, length = {}, 0
  local kind, value, place, after = token(text, at, settings)
  if kind == "T_ARR_END" then return list, after end
  while true do
    length = length + 1
    list[length], after = read_value(kind, value, place, after, text, settings, depth)
    kind, value, place, after = token(text, after, settings)
    if kind == "T_ARR_END" then return list, after end
    if kind ~= "T_COMMA" then unexpected("comma or array end", kind, value, place) end
    kind, value, place, after = token(text, after, settings)
  end
end

local function read_object(text, at, settings, depth)
  local object = {}
  local kind, value, place, after = token(text, at, settings)
  if kind == "T_OBJ_END" then return object, after end
  while true do
    if kind ~= "T_STRING" then unexpected("object key string", kind, value, place) end
    local name = value
    kind, value, place, after = token(text, after, settings)
    if kind ~= "T_COLON" then unexpected("colon", kind, value, place) end
    kind, value, place, after = token(text, after, settings)
    object[name], after = read_value(kind, value, place, after, text, settings, depth)
    kind, value, place, after = token(text, after, settings)
    if kind == "T_OBJ_END" then return object, after end
    if kind ~= "T_COMMA" then unexpected("comma or object end", kind, value, place) end
    kind, value, place, after = token(text, after, settings)
  end
end

local PLAIN = { T_STRING = true, T_NUMBER = true, T_BOOLEAN = true, T_NULL = true }

function read_value(kind, value, place, after, text, settings, depth)
  if PLAIN[kind] then return value, after end
  if kind ~= "T_ARR_BEGIN" and kind ~= "T_OBJ_BEGIN" then
    unexpected("value", kind, value, place)
  end
  depth = depth + 1
  if depth > settings.decode_depth then
    fail("Found too many nested data structures (%d) at character %d", depth, place)
  end
  if kind == "T_ARR_BEGIN" then return read_array(text, after, settings, depth) end
  return read_object(text, after, settings, depth)
end

-- the settings of an instance, each read and written by a function

local function at_most(name, limit, count)
  if count > limit then
    bad_argument(limit + 1, name, "found too many arguments")
  end
end

local function whole(name, index, count, value, low, high)
  local number = (type(value) == "number" or type(value) == "string") and tonumber(value)
  if not number then bad_type(index, name, "number", count, value) end
  number = number < 0 and -floor(-number) or floor(number)
  if number < low or number > high then
    bad_argument(index, name, format("expected integer between %d and %d", low, high))
  end
  return number
end

-- A choice is a boolean, or a word among `words`.
local function choice(name, index, count, value, words)
  if type(value) == "boolean" then return value and "on" or "off" end
  if type(value) ~= "string" and type(value) ~= "number" then
    bad_type(index, name, "string", count, value)
  end
  local word = tostring(value)
  if not words[word] then bad_argument(index, name, format("invalid option '%s'", word)) end
  return word
end

local function shown(word)
  if word == "on" then return true end
  if word == "off" then return false end
  return word
end

local ON_OFF = { on = true, off = true }
local ON_OFF_NULL = { on = true, off = true, null = true }

local function integer_setting(settings, name, field, high)
  return function(...)
    local count = select("#", ...)
    at_most(name, 1, count)
    local value = ...
    if value ~= nil then settings[field] = whole(name, 1, count, value, 1, high) end
    return settings[field]
  end
end

local function choice_setting(settings, name, field, words)
  return function(...)
    local count = select("#", ...)
    at_most(name, 1, count)
    local value = ...
    if value ~= nil then settings[field] = choice(name, 1, count, value, words) end
    return shown(settings[field])
  end
end

local function new()
  local settings = {
    decode_depth = 1000, decode_numbers = "on", encode_depth = 1000, invalid = "off",
    keep = "on", precision = 14, sparse_convert = "off", sparse_ratio = 2, sparse_safe = 10,
  }
  local cjson = { _NAME = "cjson", _VERSION = "2.1.0", null = NULL, new = new }

  function cjson.encode(...)
    if select("#", ...) ~= 1 then bad_argument(1, "encode", "expected 1 argument") end
    settings.form = "%." .. settings.precision .. "g"
    local value, out = ..., {}
    write(value, settings, out, 0, 0)
    return concat(out)
  end

  function cjson.decode(...)
    local count = select("#", ...)
    if count ~= 1 then bad_argument(1, "decode", "expected 1 argument") end
    local text = ...
    if type(text) ~= "string" and type(text) ~= "number" then
      bad_type(1, "decode", "string", count, text)
    end
    text = tostring(text)
    if #text >= 2 and find(text, "^.?%z") then
      fail("JSON parser does not support UTF-16 or UTF-32")
    end
    settings.decode_invalid = settings.decode_numbers == "on"
    local kind, value, place, after = token(text, 1, settings)
    value, after = read_value(kind, value, place, after, text, settings, 0)
    local rest
    kind, rest, place = token(text, after, settings)
    if kind ~= "T_END" then unexpected("the end", kind, rest, place) end
    return value
  end

  cjson.encode_max_depth = integer_setting(settings, "encode_max_depth", "encode_depth", MAX_INT)
  cjson.decode_max_depth = integer_setting(settings, "decode_max_depth", "decode_depth", MAX_INT)
  cjson.encode_number_precision =
    integer_setting(settings, "encode_number_precision", "precision", 14)
  cjson.encode_keep_buffer = choice_setting(settings, "encode_keep_buffer", "keep", ON_OFF)
  cjson.encode_invalid_numbers =
    choice_setting(settings, "encode_invalid_numbers", "invalid", ON_OFF_NULL)
  cjson.decode_invalid_numbers =
    choice_setting(settings, "decode_invalid_numbers", "decode_numbers", ON_OFF)

  function cjson.encode_sparse_array(...)
    local name, count = "encode_sparse_array", select("#", ...)
    at_most(name, 3, count)
    local convert, ratio, safe = ...
    if convert ~= nil then settings.sparse_convert = choice(name, 1, count, convert, ON_OFF) end
    if ratio ~= nil then settings.sparse_ratio = whole(name, 2, count, ratio, 0, MAX_INT) end
    if safe ~= nil then settings.sparse_safe = whole(name, 3, count, safe, 0, MAX_INT) end
    return shown(settings.sparse_convert), settings.sparse_ratio, settings.sparse_safe
  end

  for _, member in next, cjson do
    if type(member) == "function" then sandbox.builtin[member] = true end
  end
  return cjson
end

sandbox.globals.cjson = sandbox.readonly(new())
