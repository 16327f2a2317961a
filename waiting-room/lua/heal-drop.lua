-- Offers an instance's copy of a drop to a Redis that may have lost something (Q24, Q25). The first offer names a new epoch
-- and closes the drop; copies are merged for two seconds; then the drop goes on, as `healing` while shoppers return (Q27).
-- A drop that no instance knows more of than Redis does, such as a new one, is taken as it is, at once.
-- The latest time any server saw stays known: one whose clock is behind grants no window a second time.
-- KEYS  control seed calls log
-- ARGV  deadline µs, policy version seen (not looked at), name for a new epoch, seq of the copy, rank map of the copy
--       (JSON, '' for none), seed ('' for none), then the copy of the control hash: field, value, …
-- Reply 'healthy', now, 0 | 'adopted', now, 0 | 'collecting', now, µs left | 'restored', now, 0 | 'unknown', now, 0 | 'late', now
-- Cost  O(fields of the copy)
-- include lib/clock.lua lib/control.lua lib/run.lua lib/log.lua lib/merge-copy.lua
local CONTROL, SEED, CALLS, LOG = unpack(KEYS)
local COLLECT_US = 2000000

local now = now_us()
if now > tonumber(ARGV[1]) then
  return { 'late', now }
end
local epoch, seq, rank_map, seed = ARGV[3], tonumber(ARGV[4]), ARGV[5], ARGV[6]
local control = read_control(CONTROL)
local run = server_run()
if control.run_id == run and control.seq >= seq then
  return { 'healthy', now, 0 }
end
local copy = {}
for i = 7, #ARGV, 2 do
  copy[ARGV[i]] = ARGV[i + 1]
end
if not control.known and not copy.policy_version then
  return { 'unknown', now, 0 }
end
if control.run_id == '' and control.heal_run == '' and control.seq == 0 and seq == 0 and control.known then
  redis.call('HSET', CONTROL, 'run_id', run, 'epoch', epoch)
  return { 'adopted', now, 0 }
end

if control.heal_run ~= run then
  redis.call('HSET', CONTROL, 'heal_run', run, 'heal_from_us', now, 'heal_until_us', 0, 'heal_seq', -1, 'run_id', '', 'epoch',
    epoch, 'bucket', 0, 'accrual_rate', 0, 'accrual_version', 0, 'cap_at_us', 0,
    'cap_forgotten', 0)
  write_log(LOG, 'lost', now, 'epoch', epoch)
  control = read_control(CONTROL)
end
merge_copy(CONTROL, control, copy)
if seed ~= '' then
  redis.call('SET', SEED, seed, 'NX')
end
if rank_map ~= '' and seq > control.heal_seq then
  redis.call('HSET', CONTROL, 'heal_map', rank_map, 'heal_seq', seq)
end
if control.run_id == run then
  return { 'restored', now, 0 }
end
local left = control.heal_from_us + COLLECT_US - now
if left > 0 then
  return { 'collecting', now, left }
end

control = read_control(CONTROL)
redis.call('HSET', CONTROL, 'run_id', run, 'clock_seen_us', math.max(now, control.clock_seen_us), 'heal_until_us', now + control.return_spread_us)
-- When the calls themselves were lost, everybody called gets a whole window again.
if control.frontier > 0 and redis.call('ZCARD', CALLS) == 0 then
  redis.call('ZADD', CALLS, control.frontier, string.format('%.0f:0', control.clock_us))
end
write_log(LOG, 'restored', now, 'epoch', control.epoch)
return { 'restored', now, 0 }
