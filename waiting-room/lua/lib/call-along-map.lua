-- Calls while shoppers return after a loss (Q27): along the last rank map from before it, at the pace of the rate and the
-- show rate, whoever is back already. Coming back faster gains nothing.

-- The order at `rank` of the map, in a straight line between the points it holds.
local function order_at(map, rank)
  local ranks, orders = map.ranks, map.orders
  if #ranks == 0 then
    return nil
  end
  if rank >= ranks[#ranks] then
    return orders[#orders]
  end
  for i = 2, #ranks do
    if rank <= ranks[i] then
      local share = (rank - ranks[i - 1]) / (ranks[i] - ranks[i - 1])
      return math.floor(orders[i - 1] + share * (orders[i] - orders[i - 1]))
    end
  end
end

local function call_along_map(control, now, keys)
  local text = redis.call('HGET', keys.control, 'heal_map')
  local drawing = control.commit ~= '' and control.revealed_us == 0
  if not text or drawing then
    return
  end
  local show_rate = math.max(0.05, math.min(1, (control.shown_recently + 1) / (control.called_recently + 1)))
  local due = math.floor(entries_between(control, control.heal_from_us, now) / show_rate)
  local reach = due > 0 and order_at(cjson.decode(text), due - 1)
  if not reach or reach <= control.frontier then
    return
  end
  local frontier = string.format('%.0f', control.frontier)
  local target = string.format('%.0f', reach)
  local reached = redis.call('ZCOUNT', keys.waiting, '(' .. frontier, target)
  control.frontier = reach
  redis.call('ZADD', keys.calls, target, string.format('%.0f:%d', control.clock_us, reached))
  write_log(keys.log, 'call', now, 'f', frontier, 't', target)
  redis.call('HSET', keys.control, 'frontier', target)
end
