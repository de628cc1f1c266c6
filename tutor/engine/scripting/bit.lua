-- The library `bit`: operations on 32-bit integers (the interface of Lua BitOp 1.0).

local host, sandbox = ...

local tonumber, type, select = tonumber, type, select
local format, sub, ipairs = string.format, string.sub, ipairs
local operate = host.bit_operation

local bit = {}

-- Any number wraps around to a signed integer of 32 bits; halves go to the even neighbour.
local function number(name, index, count, value)
  local found = (type(value) == "number" or type(value) == "string") and tonumber(value)
  if not found then sandbox.bad_type(index, name, "number", count, value) end
  return found
end

local function unary(name)
  bit[name] = function(...)
    local value = number(name, 1, select("#", ...), (...))
    return operate(name, value)
  end
end

local function binary(name)
  bit[name] = function(...)
    local first, second = ...
    local count = select("#", ...)
    first = number(name, 1, count, first)
    second = number(name, 2, count, second)
    return operate(name, first, second)
  end
end

local function several(name)
  bit[name] = function(...)
    local count = select("#", ...)
    local result = operate("tobit", number(name, 1, count, (...)))
    for index = 2, count do
      result = operate(name, result, number(name, index, count, (select(index, ...))))
    end
    return result
  end
end

for _, name in ipairs({ "tobit", "bnot", "bswap" }) do unary(name) end
for _, name in ipairs({ "lshift", "rshift", "arshift", "rol", "ror" }) do binary(name) end
for _, name in ipairs({ "band", "bor", "bxor" }) do several(name) end

function bit.tohex(...)
  local count = select("#", ...)
  local value = operate("tobit", number("tohex", 1, count, (...)))
  local digits = 8
  if count > 1 then
    digits = operate("tobit", number("tohex", 2, count, (select(2, ...))))
  end
  local form = "%08x"
  if digits < 0 then
    digits, form = -digits, "%08X"
  end
  if digits > 8 then digits = 8 end
  return sub(format(form, value % 2 ^ 32), 9 - digits)
end

sandbox.globals.bit = sandbox.readonly(bit)
