-- The name of this server's run. Another one than the drop's record means that Redis was restarted, failed over or moved
-- the slot, and may have lost something (Q24). Some 7 µs.
local function server_run()
  return string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
end
