-- Counts what is put in ahead of others (Q12), so that `generation` changes before anybody's number has grown unseen by
-- more than a hundredth. Whoever stands behind an insertion at rank r sees their number grow by at most 1/r of it, so the
-- sum of those shares is a bound for everyone, wherever they stand: one number instead of a list.
local SHARE_MAX = 0.01

-- Adds an insertion with `ahead` others before it to what is counted: the 'line', or those checked in at the 'gate'.
local function add_insertion(control, key, ahead, counted, reason)
  local share, generation = counted .. '_share', counted .. '_generation'
  control[share] = control[share] + 1 / (ahead + 1)
  if control[share] >= SHARE_MAX then
    control[share], control[generation] = 0, control[generation] + 1
    redis.call('HSET', key, generation, control[generation], generation .. '_reason', reason)
  end
  redis.call('HSET', key, share, control[share])
end

-- A ticket that has just come forward: whoever was called later and is checked in already has one more before them.
local function note_check_in(control, key, present_key, number)
  local rank = redis.call('ZRANK', present_key, number)
  if rank < redis.call('ZCARD', present_key) - 1 then
    add_insertion(control, key, rank, 'gate', 'came-forward')
  end
end

-- A ticket that has just been put into the line; nothing is counted when nobody stands behind it.
local function note_insertion(control, key, waiting_key, number, reason)
  local rank = redis.call('ZRANK', waiting_key, number)
  local called = redis.call('ZCOUNT', waiting_key, '-inf', string.format('%.0f', control.frontier))
  if rank >= called and rank < redis.call('ZCARD', waiting_key) - 1 then
    add_insertion(control, key, rank - called, 'line', reason)
  end
end
