-- The phase of a drop (docs/architecture.md), from policy, state and Redis time alone.

-- What an operator has set, unless it has run out by itself.
local function override_of(control, now)
  local ends_us = control.override_until_us
  if ends_us > 0 and now >= ends_us and control.override ~= 'closed' then
    return ''
  end
  return control.override
end

local function phase_of(control, now)
  local override = override_of(control, now)
  if override == 'closed' or (control.closes_us > 0 and now >= control.closes_us) then
    return 'closed'
  end
  if control.opened_us == 0 then
    return now < control.lobby_opens_us and 'scheduled' or 'lobby'
  end
  -- Q27: shoppers are coming back; nothing is drawn, called or lapsed as if all of them were here.
  local standing = override == 'paused' or override == 'queue_all' or override == 'pass_through'
  if now < control.heal_until_us and not standing and control.sold_out == 0 then
    return 'healing'
  end
  if control.commit ~= '' and control.revealed_us == 0 then
    return 'drawing'
  end
  if standing then
    return override
  end
  if control.sold_out == 1 then
    return 'sold_out'
  end
  return override == 'draining' and 'draining' or 'open'
end

-- Whether shoppers see a position: those of before see nothing that could grow.
local function has_positions(phase)
  return phase ~= 'scheduled' and phase ~= 'lobby' and phase ~= 'drawing' and phase ~= 'closed'
end

-- Q9: the first command whose clock passes opensAt opens the drop, for ever.
local function open_if_due(control, now, control_key, log_key)
  if control.opened_us == 0 and now >= control.opens_us and phase_of(control, now) ~= 'closed' then
    control.opened_us = now
    control.clock_seen_us = now
    redis.call('HSET', control_key, 'opened_us', now, 'clock_seen_us', now)
    write_log(log_key, 'open', now)
  end
end
