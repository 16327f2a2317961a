-- Puts up to 500 new tickets into the queue: at their drawn order in the lobby, at the clock's after opening (Q7, Q12, Q13).
-- KEYS  control waiting present sessions spent addresses classes calls announced log uses
-- ARGV  deadline µs, policy version seen, epoch to use if there is none, joins per address and minute, commitment of the
--       seed that the drawn orders come from ('' for none), tickets as JSON: columns of the same length `numbers` (public),
--       `addresses` (digests) and, where anybody has one, `orders` (drawn), `headStarts` (µs), `classes` ("band:chances",
--       '' for everyone's), and where anybody brings an access code (ADR 0112) `codes` ('' for none), `codeUses` (each may
--       have), `carried` (number of the spent ticket whose use this goes on with, '' for none), `codesTold` (uses are told one
--       by one). One text is read many times quicker than as many arguments.
-- Reply 'ok', now, phase, epoch, order of the first that joined (0 for a drawn one; each that joins has the next), then for
--       every ticket that did not simply join: its index from 1, a code, its order, the class it has
--       0 joined at another order, 1 was there already, 2 spent, 3 address limit, 4 room full,
--       5 the code is used up, 6 a code is needed
--       or 'refused', now, phase, µs at which the lobby opens | 'late' | 'no-such-drop' | 'lost' | 'stale-policy' | 'no-seed'
-- Cost  O(log N) a ticket
-- include lib/clock.lua lib/control.lua lib/run.lua lib/guard.lua lib/log.lua lib/phase.lua lib/rate.lua lib/settle.lua
-- include lib/steps.lua lib/call-along-map.lua lib/call.lua lib/insertions.lua lib/use-code.lua
local CONTROL, WAITING, PRESENT, SESSIONS, SPENT, ADDRESSES, CLASSES, CALLS, ANNOUNCED, LOG, USES = unpack(KEYS)
-- Drawn orders are below 4 × 2^48; arrivals never get there, whatever their head start.
local DRAWN_MAX = 1125899906842624

local now = now_us()
local control = read_fields(CONTROL, {
  'policy_version', 'lobby_opens_us', 'opens_us', 'closes_us', 'max_waiting', 'override_until_us', 'opened_us',
  'revealed_us', 'frontier', 'last_order', 'address_minute', 'sold_out', 'heal_until_us', 'seq', 'line_generation',
  'line_share',
}, { 'mode', 'override', 'commit', 'epoch', 'run_id', 'codes' })
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

local tickets = cjson.decode(ARGV[6])
local numbers, addresses = tickets.numbers, tickets.addresses
if #numbers == 0 then
  return { 'ok', now, phase, epoch, 0 }
end

-- Where each number stands in a set already; empty for a set that is.
local function places(key)
  return redis.call('EXISTS', key) == 1 and redis.call('ZMSCORE', key, unpack(numbers)) or {}
end
local waiting, present, sessions, spent = places(WAITING), places(PRESENT), places(SESSIONS), places(SPENT)

-- Joins of each address in this minute, those of this call included.
local joins, distinct = {}, {}
for _, address in ipairs(addresses) do
  if not joins[address] then
    joins[address] = 0
    distinct[#distinct + 1] = address
  end
end
local joins_before = redis.call('HMGET', ADDRESSES, unpack(distinct))
for i, address in ipairs(distinct) do
  joins[address] = tonumber(joins_before[i]) or 0
end
local joins_max = tonumber(ARGV[4])

local last, joined = control.last_order, 0
local free = control.max_waiting - redis.call('ZCARD', WAITING)
local head_starts, classes = tickets.headStarts or {}, tickets.classes or {}
local orders, twins = {}, {} -- given by this call: index → order, number → index
local added, classed, hurried = {}, {}, {}
local first = drawn and 0 or math.max(now, last + 1)
local reply = { 'ok', now, phase, epoch, first }

local function tell(i, code, order, class)
  local at = #reply
  reply[at + 1], reply[at + 2], reply[at + 3], reply[at + 4] = i, code, order >= DRAWN_MAX and order or 0, class
end

-- Uses that this call adds to a code's; tickets whose use another one goes on with; indices that use one.
local codes, used, moved, uses = tickets.codes, {}, {}, {}
local needs_code = control.codes == 'on'

local function may_use(i, code)
  local carried = tickets.carried[i]
  if not moved[carried] and is_carried(USES, code, carried) then
    moved[carried] = true
    return true
  end
  local count = (tonumber(redis.call('HGET', USES, code)) or 0) + (used[code] or 0)
  if count < tickets.codeUses[i] then
    used[code] = (used[code] or 0) + 1
    return true
  end
  return false
end

local function next_order(i)
  if drawn then
    return tickets.orders[i]
  end
  last = math.max(now, last + 1)
  local head_start = head_starts[i] or 0
  -- A head start shortens the wait, it does not jump over those already called.
  return head_start == 0 and last
    or math.max(last - head_start, math.min(last, control.frontier + 1), DRAWN_MAX)
end

-- What is decided here is written below: all checks come before the first write (Q3).
for i, number in ipairs(numbers) do
  local twin = twins[number]
  local order = waiting[i] or present[i] or (twin and orders[twin])
  if not order and sessions[i] then
    -- Its own order is forgotten; any that has been called makes the caller ask the sets (Q15).
    order = control.frontier
  end
  if order then
    -- A class is given once: the roster has it, and a later claim does not move a place.
    local class = twin and drawn and classes[twin] or redis.call('HGET', CLASSES, number) or ''
    tell(i, 1, tonumber(order), class)
  elseif spent[i] then
    tell(i, 2, 0, '')
  elseif joined >= free then
    tell(i, 4, 0, '')
  elseif joins[addresses[i]] >= joins_max then
    tell(i, 3, 0, '')
  elseif needs_code and not (codes and codes[i] ~= '') then
    tell(i, 6, 0, '')
  elseif codes and codes[i] ~= '' and not may_use(i, codes[i]) then
    tell(i, 5, 0, '')
  else
    if codes and codes[i] ~= '' then
      uses[#uses + 1] = i
    end
    joined = joined + 1
    joins[addresses[i]] = joins[addresses[i]] + 1
    orders[i] = next_order(i)
    twins[number] = i
    added[2 * joined - 1], added[2 * joined] = orders[i], number
    local class = classes[i] or ''
    if drawn and class ~= '' then
      classed[#classed + 1], classed[#classed + 2] = number, class
    elseif not drawn and orders[i] ~= first + joined - 1 then
      tell(i, 0, orders[i], class)
    end
    if orders[i] < last and has_positions(phase) then
      hurried[#hurried + 1] = number
    end
  end
end
if joined == 0 then
  return reply
end

for _, i in ipairs(uses) do
  use_code(USES, codes[i], numbers[i], tickets.carried[i], tickets.codesTold[i] == 1, now)
end
redis.call('ZADD', WAITING, unpack(added))
for _, number in ipairs(hurried) do
  note_insertion(control, CONTROL, WAITING, number, 'head-start')
end
if #classed > 0 then
  redis.call('HSET', CLASSES, unpack(classed))
end
local counts = {}
for i, address in ipairs(distinct) do
  if joins[address] > (tonumber(joins_before[i]) or 0) then
    counts[#counts + 1], counts[#counts + 2] = address, joins[address]
  end
end
redis.call('HSET', ADDRESSES, unpack(counts))
redis.call('HSET', CONTROL, 'last_order', last, 'seq', control.seq + 1)
redis.call('HINCRBY', CONTROL, 'joined_total', joined)
-- Where nobody has to wait nobody waits for a tick either: what room there is calls the newcomers at once.
if phase == 'pass_through' or (phase == 'open' and control.mode == 'standby') then
  control = read_control(CONTROL)
  settle(control, now, phase)
  call_next(control, now, phase, { control = CONTROL, waiting = WAITING, present = PRESENT, calls = CALLS,
    announced = ANNOUNCED, log = LOG })
  save_settled(control, CONTROL)
end
return reply
