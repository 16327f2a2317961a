-- Takes back up to 500 tickets of an earlier epoch at their own orders (Q26). A ticket of the current epoch that no set
-- knows is not taken back: it was never in the queue of this epoch.
-- KEYS  control waiting present sessions spent classes late log
-- ARGV  deadline µs, policy version seen, then per ticket: public number, order, its epoch, class "band:chances" ('' for
--       everyone's), line for the public list of late lobby tickets ('' for none)
-- Reply 'ok', now, phase, epoch, then per ticket 'known' | 'returned' | 'unknown'
--       or 'refused', now, phase | 'late' | 'no-such-drop' | 'lost' | 'stale-policy'
-- Cost  O(log N) a ticket
-- include lib/clock.lua lib/control.lua lib/run.lua lib/guard.lua lib/log.lua lib/phase.lua lib/insertions.lua
local CONTROL, WAITING, PRESENT, SESSIONS, SPENT, CLASSES, LATE, LOG = unpack(KEYS)

local now = now_us()
local control = read_control(CONTROL)
local refusal = refuse(control, now)
if refusal then
  return refusal
end
open_if_due(control, now, CONTROL, LOG)
local phase = phase_of(control, now)
if phase == 'closed' or phase == 'scheduled' then
  return { 'refused', now, phase }
end

-- While the line is told by the map from before the loss (Q27) those who return are in it already.
local counted = has_positions(phase) and not (phase == 'healing' and redis.call('HEXISTS', CONTROL, 'heal_map') == 1)
local function put_ahead(number)
  if counted then
    note_insertion(control, CONTROL, WAITING, number, 'returned')
  end
end

local function is_known(number)
  for _, key in ipairs({ WAITING, PRESENT, SESSIONS, SPENT }) do
    if redis.call('ZSCORE', key, number) then
      return true
    end
  end
  return false
end

local reply = { 'ok', now, phase, control.epoch }
for i = 3, #ARGV, 5 do
  local number, order, epoch, class, late = unpack(ARGV, i, i + 4)
  if is_known(number) then
    -- Whoever joined anew with the same nonce or customer before the ticket came back stands at the end: the older place counts.
    if epoch ~= control.epoch and redis.call('ZADD', WAITING, 'XX', 'LT', 'CH', order, number) == 1 then
      put_ahead(number)
    end
    reply[#reply + 1] = 'known'
  elseif epoch == control.epoch then
    reply[#reply + 1] = 'unknown'
  else
    redis.call('ZADD', WAITING, order, number)
    put_ahead(number)
    if class ~= '' then
      redis.call('HSET', CLASSES, number, class)
    end
    -- Q10: the roster is published and does not change; who comes back without a line in it is named in public.
    if late ~= '' and control.roster_root ~= '' then
      redis.call('RPUSH', LATE, late)
    end
    write_log(LOG, 'return', now, 'n', number, 'o', order)
    reply[#reply + 1] = 'returned'
  end
end
return reply
