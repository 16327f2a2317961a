-- Puts up to 500 new tickets into the queue: at their drawn order in the lobby, at the clock's after opening (Q7, Q12, Q13).
-- KEYS  control waiting present sessions spent addresses classes calls announced log
-- ARGV  deadline µs, policy version seen, epoch to use if there is none, joins per address and minute, commitment of the
--       seed that the drawn orders come from ('' for none), then per ticket: public number, drawn order or '', head start
--       µs, repeatable 0|1, address digest, class "band:chances" ('' for everyone's)
-- Reply 'ok', now, phase, epoch, then per ticket a code, its order (0 for a drawn one) and the class it has:
--       0 joined, 1 was there already, 2 spent, 3 address limit, 4 room full
--       or 'refused', now, phase, µs at which the lobby opens | 'late' | 'no-such-drop' | 'lost' | 'stale-policy' | 'no-seed'
-- Cost  O(log N) a ticket
-- include lib/clock.lua lib/control.lua lib/run.lua lib/guard.lua lib/log.lua lib/phase.lua lib/rate.lua lib/settle.lua
-- include lib/steps.lua lib/call-along-map.lua lib/call.lua lib/insertions.lua
local CONTROL, WAITING, PRESENT, SESSIONS, SPENT, ADDRESSES, CLASSES, CALLS, ANNOUNCED, LOG = unpack(KEYS)
-- Drawn orders are below 4 × 2^48; arrivals never get there, whatever their head start.
local DRAWN_MAX = 1125899906842624

local now = now_us()
local control = read_control(CONTROL)
local refusal = refuse(control, now)
if refusal then
  return refusal
end
open_if_due(control, now, CONTROL, LOG)
local phase = phase_of(control, now)
local draining = control.opened_us > 0 and control.override == 'draining'
if phase == 'scheduled' or phase == 'closed' or phase == 'sold_out' or draining then
  return { 'refused', now, draining and 'draining' or phase, control.lobby_opens_us }
end
local drawn = control.opened_us == 0 and control.commit ~= ''
-- Orders of another seed than the one committed to would be places that nobody can recompute (promise 4).
if drawn and ARGV[5] ~= control.commit then
  return { 'no-seed', now }
end

local epoch = control.epoch
if epoch == '' then
  epoch = ARGV[3]
  redis.call('HSET', CONTROL, 'epoch', epoch)
end
local minute = math.floor(now / 60000000)
if control.address_minute ~= minute then
  redis.call('UNLINK', ADDRESSES)
  redis.call('HSET', CONTROL, 'address_minute', minute)
end

local function known_order(number)
  for _, key in ipairs({ WAITING, PRESENT }) do
    local order = redis.call('ZSCORE', key, number)
    if order then
      return 1, tonumber(order)
    end
  end
  if redis.call('ZSCORE', SESSIONS, number) then
    -- Its own order is forgotten; any that has been called makes the caller ask the sets (Q15).
    return 1, control.frontier
  end
  if redis.call('ZSCORE', SPENT, number) then
    return 2, 0
  end
end

local last, joined = control.last_order, 0
local free = control.max_waiting - redis.call('ZCARD', WAITING)
local reply = { 'ok', now, phase, epoch }
for i = 6, #ARGV, 6 do
  local number, code, order, class = ARGV[i], nil, 0, ARGV[i + 5]
  if ARGV[i + 3] == '1' then
    code, order = known_order(number)
    -- A class is given once: the roster has it, and a later claim does not move a place.
    if code then
      class = redis.call('HGET', CLASSES, number) or ''
    end
  end
  if not code and joined >= free then
    code = 4
  end
  if not code and redis.call('HINCRBY', ADDRESSES, ARGV[i + 4], 1) > tonumber(ARGV[4]) then
    code = 3
  end
  if not code then
    code, joined = 0, joined + 1
    if drawn then
      order = tonumber(ARGV[i + 1])
      if class ~= '' then
        redis.call('HSET', CLASSES, number, class)
      end
    else
      last = math.max(now, last + 1)
      -- A head start shortens the wait, it does not jump over those already called.
      order = math.max(last - tonumber(ARGV[i + 2]), math.min(last, control.frontier + 1), DRAWN_MAX)
    end
    if redis.call('ZADD', WAITING, 'NX', order, number) == 0 then
      -- The same call, executed twice.
      code, joined, order = 1, joined - 1, tonumber(redis.call('ZSCORE', WAITING, number))
    elseif order < last and has_positions(phase) then
      note_insertion(control, CONTROL, WAITING, number, 'head-start')
    end
  end
  reply[#reply + 1] = code
  reply[#reply + 1] = (order or 0) >= DRAWN_MAX and order or 0
  reply[#reply + 1] = class
end
if joined > 0 then
  redis.call('HSET', CONTROL, 'last_order', last, 'seq', control.seq + 1)
  redis.call('HINCRBY', CONTROL, 'joined_total', joined)
end
-- Where nobody has to wait nobody waits for a tick either: what room there is calls the newcomers at once.
if joined > 0 and (phase == 'pass_through' or (phase == 'open' and control.mode == 'standby')) then
  settle(control, now, phase)
  call_next(control, now, phase, { control = CONTROL, waiting = WAITING, present = PRESENT, calls = CALLS,
    announced = ANNOUNCED, log = LOG })
  save_settled(control, CONTROL)
end
return reply
