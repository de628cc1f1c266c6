"""The algorithms that are one script: Redis runs it as a whole, by its own clock (TIME).

Each gets the limit and the window in seconds as ARGV[1] and ARGV[2]. All sums are of whole numbers
below 2^53, so that nothing is rounded, but for the tokens of the bucket.
"""

from __future__ import annotations

from hashlib import sha1

FIXED = """\
-- a fixed window of the clock: the counter dies when the window ends
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local window = ARGV[2] * 1000
local count = redis.call('INCR', KEYS[1])
if count == 1 then
  redis.call('PEXPIREAT', KEYS[1], now - now % window + window - 1)
end
return count
"""
"""Replies the count, this request included: above the limit it is refused."""

LOG = """\
-- a sliding log: the time of each request that passed
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2] * 1000000)
local count = redis.call('ZCARD', KEYS[1])
if count >= tonumber(ARGV[1]) then
  return -1
end
redis.call('ZADD', KEYS[1], now, ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return ARGV[1] - count - 1
"""
"""Replies how many may still pass, -1 if this one was refused. ARGV[3]: a name of the request."""

COUNTER = """\
-- a sliding counter: this window, and the part of the one before that still counts
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local limit, window = tonumber(ARGV[1]), ARGV[2] * 1000000
local number, into = math.floor(now / window), now % window
local held = redis.call('HMGET', KEYS[1], 'window', 'count', 'before')
local count, before = tonumber(held[2] or 0), tonumber(held[3] or 0)
local behind = number - (held[1] or number)
if behind > 0 then
  before = behind == 1 and count or 0
  count = 0
end
if before * (window - into) + (count + 1) * window > limit * window then
  return -1
end
redis.call('HSET', KEYS[1], 'count', count + 1, 'before', before, 'window', number)
redis.call('EXPIRE', KEYS[1], 2 * ARGV[2])
return math.floor(limit - count - 1 - before * (window - into) / window)
"""
"""Replies how many may still pass now, -1 if this one was refused."""

BUCKET = """\
-- a bucket of tokens: what has dripped in since the last look is worked out
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local size, window = tonumber(ARGV[1]), ARGV[2] * 1000000
local held = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = tonumber(held[1] or size) + (now - (held[2] or now)) * size / window
tokens = math.min(tokens, size)
local left = -1
if tokens >= 1 then
  tokens = tokens - 1
  left = math.floor(tokens)
end
redis.call('HSET', KEYS[1], 'tokens', tokens, 'at', now)
redis.call('PEXPIRE', KEYS[1], math.ceil((size - tokens) * window / size / 1000))
return left
"""
"""Replies how many tokens are left, -1 if there was none."""

GCRA = """\
-- GCRA: one moment, when the bucket would be full again
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local gap = math.ceil(ARGV[2] * 1000000 / ARGV[1])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
local early = full - now - gap * (ARGV[1] - 1)
if early > 0 then
  return math.ceil(early / 1000)
end
redis.call('SET', KEYS[1], full + gap, 'PX', math.ceil((full + gap - now) / 1000))
return 0
"""
"""Replies 0, or after how many milliseconds to ask again (Retry-After)."""

SCRIPTS = {"lua": FIXED, "log": LOG, "counter": COUNTER, "bucket": BUCKET, "gcra": GCRA}
"""By the name of the lane."""


def digest(script: str) -> bytes:
    """What EVALSHA calls it by."""
    return sha1(script.encode(), usedforsecurity=False).hexdigest().encode()
