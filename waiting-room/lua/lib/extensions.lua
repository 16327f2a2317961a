-- How often a called shopper may still ask for more time: 3 times, more where the merchant sets it (Q17).
local EXTENSIONS_MAX = 3

local function extensions_left(control, extensions_key, number)
  local allowed = control.extensions_max > 0 and control.extensions_max or EXTENSIONS_MAX
  return math.max(0, allowed - tonumber(redis.call('HGET', extensions_key, number) or 0))
end
