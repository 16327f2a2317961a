-- What every command asks before it does anything (Q1, Q2, Q24). ARGV[1]: deadline, Redis time in µs.
-- ARGV[2]: newest policy version the caller has seen. Returns a reply to give back, or nil to go on.
-- Needs lib/run.lua before it.
local function refuse(control, now)
  if now > tonumber(ARGV[1]) then
    return { 'late', now }
  end
  if not control.known then
    return { 'no-such-drop', now }
  end
  if control.run_id ~= server_run() then
    return { 'lost', now }
  end
  if control.policy_version < tonumber(ARGV[2]) then
    return { 'stale-policy', now }
  end
end
