-- Puts back up to 500 uses of access codes that an instance has answered for, after a loss (ADR 0112): who came in by a
-- code has used it, whatever Redis has forgotten. Repeating it changes nothing, and any number of instances may.
-- KEYS  control uses
-- ARGV  deadline µs, policy version seen (not looked at), then per use: public number, code, number of the ticket whose use it
--       was before ('' for none), 1 where uses are told one by one, µs of the use
-- Reply 'ok', now, uses put back | 'no-such-drop', now | 'late', now
-- Cost  O(1) a use
-- include lib/clock.lua lib/control.lua lib/use-code.lua
local CONTROL, USES = unpack(KEYS)

local now = now_us()
if now > tonumber(ARGV[1]) then
  return { 'late', now }
end
if redis.call('HEXISTS', CONTROL, 'policy_version') == 0 then
  return { 'no-such-drop', now }
end
local restored = 0
for i = 3, #ARGV, 5 do
  local number, code, carried, is_told, used_us = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3] == '1', tonumber(ARGV[i + 4])
  if redis.call('HEXISTS', USES, number) == 0 then
    use_code(USES, code, number, carried, is_told, used_us)
    restored = restored + 1
  end
end
return { 'ok', now, restored }
