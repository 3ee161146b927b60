"""Atomic steps as Lua scripts for Redis, and their answers; `registry` runs them.

A run is claimed only once, even if the queue delivers it twice, and ends only once: the first
ending counts.
"""

from __future__ import annotations

from typing import Any


class OverAlready(Exception):
    """The run has an ending: nothing can be added."""


class Vanished(Exception):
    """Redis does not have the run any more."""


# Put a run in line. Its score orders by round, its number among its visitor's runs in line, then by
# arrival. If the run exists, an earlier attempt has put it there and its answer was lost.
# KEYS run, followed, waiting, rounds; ARGV in_line, life, unfollowed, span, visitor, id, fields…
ENQUEUE = """
if redis.call('EXISTS', KEYS[1]) == 1 then
  return tonumber(redis.call('HGET', KEYS[1], 'round'))
end
if redis.call('ZCARD', KEYS[3]) >= tonumber(ARGV[1]) then return -1 end
local round = redis.call('HINCRBY', KEYS[4], ARGV[5], 1) - 1
redis.call('ZADD', KEYS[3], round * tonumber(ARGV[4]) + redis.call('INCR', 'asked'), ARGV[6])
redis.call('HSET', KEYS[1], 'phase', 'queued', 'round', round, unpack(ARGV, 7))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('SET', KEYS[2], 1, 'PX', ARGV[3])
return round
"""

LEAVE_LINE = """
local function leave(waiting, rounds, visitor, id)
  if redis.call('ZREM', waiting, id) == 1 then
    if redis.call('HINCRBY', rounds, visitor, -1) <= 0 then redis.call('HDEL', rounds, visitor) end
  end
end
"""

# If the run has our token, an earlier attempt has claimed it and its answer was lost.
# KEYS run, followed, waiting, rounds; ARGV worker, machine, id, visitor, token
CLAIM = (
    LEAVE_LINE
    + """
if redis.call('HGET', KEYS[1], 'phase') ~= 'queued' then
  return redis.call('HGET', KEYS[1], 'token') == ARGV[5] and 1 or 0
end
if redis.call('EXISTS', KEYS[2]) == 0 then return -1 end
-- The visitor is needed only in line.
redis.call('HSET', KEYS[1], 'phase', 'running', 'worker', ARGV[1], 'machine', ARGV[2],
  'visitor', '', 'token', ARGV[5])
leave(KEYS[3], KEYS[4], ARGV[4], ARGV[3])
return 1
"""
)

# If the entry exists, an earlier attempt has added it and its answer was lost. The first entry has
# the time that the stream lives.
# KEYS run, events; ARGV id, packed, life or ''
APPEND = """
local phase = redis.call('HGET', KEYS[1], 'phase')
if not phase then return -1 end
if phase == 'over' then return 0 end
local added = redis.pcall('XADD', KEYS[2], ARGV[1], 'events', ARGV[2])
if type(added) == 'table' and added.err and not string.find(added.err, 'equal or smaller') then
  return redis.error_reply(added.err)
end
if ARGV[3] ~= '' then redis.call('PEXPIRE', KEYS[2], ARGV[3]) end
return 1
"""

# KEYS run, events, followed, waiting, rounds; ARGV packed, outcome, kept, id, visitor, only
FINISH = (
    LEAVE_LINE
    + """
local phase = redis.call('HGET', KEYS[1], 'phase')
if not phase then return -1 end
if phase == 'over' or (ARGV[6] ~= '' and phase ~= ARGV[6]) then return 0 end
redis.call('XADD', KEYS[2], '*', 'ending', ARGV[1])
redis.call('HSET', KEYS[1], 'phase', 'over', 'visitor', '')
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
redis.call('HINCRBY', 'ended', ARGV[2], 1)
leave(KEYS[4], KEYS[5], ARGV[5], ARGV[4])
return 1
"""
)


def check_answer(answer: Any) -> None:
    """Raise Vanished or OverAlready if a script's answer says so."""
    if int(answer) < 0:
        raise Vanished
    if int(answer) == 0:
        raise OverAlready
