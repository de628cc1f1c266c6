-- LZF as in lzf.py, to be compiled by LuaJIT: the same bytes at thirty times the speed.
-- Returns compress(data, size, limit, target) and decompress(blob, last, size, target). Data are a
-- string or, for much of them, an address; the result is a string, or with a target address its length.
-- `slots` keeps places counted on from call to call, so that it need not be emptied: what lies at or
-- below `base` was of earlier data.
local ffi, bit = require("ffi"), require("bit")
local band, bor, lshift, rshift = bit.band, bit.bor, bit.lshift, bit.rshift
local MAX_LITERAL, MAX_DISTANCE, MAX_MATCH, EAGER = 32, 8192, 264, 19
local LAST_BASE = 2 ^ 26

local slots = ffi.new("int32_t[65536]")
local base = 0
local kept = ffi.new("uint8_t[?]", 2 ^ 18 + 272)

local function output(target)
    if target then return ffi.cast("uint8_t *", target) end
    return kept
end

local function result(out, at, target)
    if target then return at end
    return ffi.string(out, at)
end

local function slot_of(data, place)
    local second = data[place + 1]
    local h = lshift(data[place], 8) + second - 5 * (lshift(second, 8) + data[place + 2])
    return band(h, 0xFFFF)
end

local function put_literals(out, at, data, start, stop)
    while start < stop do
        local count = stop - start
        if count > MAX_LITERAL then count = MAX_LITERAL end
        out[at] = count - 1
        ffi.copy(out + at + 1, data + start, count)
        at = at + 1 + count
        start = start + count
    end
    return at
end

local function match_length(data, seen, place, last)
    local most = last - place - 2
    if most > MAX_MATCH then most = MAX_MATCH end
    local stop = most
    if most > 16 and stop < EAGER then stop = EAGER end
    local length = 3
    while length < stop and data[seen + length] == data[place + length] do length = length + 1 end
    return length
end

local function compress(text, size, limit, target)
    if size == 0 or limit <= 0 then return nil end
    if base > LAST_BASE then
        ffi.fill(slots, ffi.sizeof(slots))
        base = 0
    end
    local data = ffi.cast("const uint8_t *", text)
    local out = output(target)
    local scan_end = size - 2
    local at, run, place = 0, 0, 0
    local origin = base
    base = base + size
    while place < scan_end do
        local slot = slot_of(data, place)
        local seen = slots[slot] - origin
        slots[slot] = origin + place
        if seen > 0 and place - seen <= MAX_DISTANCE and data[seen] == data[place]
            and data[seen + 1] == data[place + 1] and data[seen + 2] == data[place + 2] then
            local literals = place - run
            local whole = literals % MAX_LITERAL == 0
            local reached = at + literals + (literals - literals % MAX_LITERAL) / MAX_LITERAL + 1
            if reached - (whole and 1 or 0) + 4 >= limit then return nil end
            at = put_literals(out, at, data, run, place)
            local length = match_length(data, seen, place, size)
            local offset = place - seen - 1
            if length < 9 then
                out[at] = bor(lshift(length - 2, 5), rshift(offset, 8))
            else
                out[at] = bor(0xE0, rshift(offset, 8))
                at = at + 1
                out[at] = length - 9
            end
            out[at + 1] = band(offset, 0xFF)
            at = at + 2
            place = place + length
            run = place
            if place < scan_end then
                slots[slot_of(data, place - 2)] = origin + place - 2
                slots[slot_of(data, place - 1)] = origin + place - 1
            end
        else
            place = place + 1
        end
    end
    local literals = scan_end - run
    if literals < 0 then literals = 0 end
    local reached = at + literals + (literals - literals % MAX_LITERAL) / MAX_LITERAL + 1
    if reached + 3 > limit then return nil end
    at = put_literals(out, at, data, run, size)
    return result(out, at, target)
end

-- nil where the blob is damaged or of another size: lzf.py says then what is wrong.
local function decompress(blob, last, size, target)
    local data = ffi.cast("const uint8_t *", blob)
    local out = output(target)
    local at, place = 0, 0
    while place < last do
        local control = data[place]
        place = place + 1
        if control < MAX_LITERAL then
            local count = control + 1
            if place + count > last or at + count > size then return nil end
            ffi.copy(out + at, data + place, count)
            place = place + count
            at = at + count
        else
            local length = rshift(control, 5) + 2
            if length == 9 then
                if place >= last then return nil end
                length = length + data[place]
                place = place + 1
            end
            if place >= last then return nil end
            local start = at - bor(lshift(band(control, 31), 8), data[place]) - 1
            place = place + 1
            if start < 0 or at + length > size then return nil end
            for step = 0, length - 1 do out[at + step] = out[start + step] end
            at = at + length
        end
    end
    if at ~= size then return nil end
    return result(out, at, target)
end

return compress, decompress
