-- Removes every key of a drop that is over, all at once, or says why not. Repeating it changes nothing.
-- It decides by Redis alone: whoever calls may have slept since it asked.
-- KEYS  control sessions late, then every other key of the drop; all of one hash slot
-- ARGV  'look' | 'remove', opens_us and commit of the drop that is meant ('' and '': whichever it is), roster root and
--       number of late tickets that are stored ('' and '': none need be)
-- Reply 'removed' | 'ready' (would be), keys there
--       or 'another', 0: there is a drop of this id that is not the one meant
--       'not-closed', 0 · 'inside', shoppers whose token or hold has not run out · 'changed', 0: not what is stored
-- Cost  O(keys), whatever is in them: UNLINK frees them beside the server's thread
local CONTROL, SESSIONS, LATE = KEYS[1], KEYS[2], KEYS[3]
local act, opens_us, commit, root, late = unpack(ARGV)

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local here = redis.call('HMGET', CONTROL, 'opens_us', 'commit', 'override', 'closes_us', 'token_us', 'hold_us', 'roster_root')
local is_known = here[1] ~= false
if is_known then
  if opens_us ~= '' and (here[1] ~= opens_us or (here[2] or '') ~= commit) then
    return { 'another', 0 }
  end
  local closes_us = tonumber(here[4]) or 0
  local is_past = closes_us > 0 and now >= closes_us
  if here[3] ~= 'closed' and not is_past then
    return { 'not-closed', 0 }
  end
  -- Nobody enters a closed drop: who got a token did so before, and after that and the hold nobody is left.
  local inside = redis.call('ZCOUNT', SESSIONS, '(' .. string.format('%.0f', now), '+inf')
  if inside == 0 and is_past and now < closes_us + (tonumber(here[5]) or 0) + (tonumber(here[6]) or 0) then
    inside = 1
  end
  if inside > 0 then
    return { 'inside', inside }
  end
  if late ~= '' and ((here[7] or '') ~= root or redis.call('LLEN', LATE) ~= tonumber(late)) then
    return { 'changed', 0 }
  end
end
if act == 'look' then
  return { 'ready', redis.call('EXISTS', unpack(KEYS)) }
end
return { 'removed', redis.call('UNLINK', unpack(KEYS)) }
