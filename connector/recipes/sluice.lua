-- Asks the gate whether a request may pass, for haproxy.cfg: by HAProxy's own HTTP client, so no other Lua library is needed.
local GATE = 'http://127.0.0.1:9480/.sluice/forward-auth'
local TIMEOUT_MS = 5000
-- Of one connection only, or of a body that the question does not have.
local NOT_HANDED_ON = {
  ['connection'] = true, ['content-length'] = true, ['expect'] = true, ['host'] = true, ['keep-alive'] = true,
  ['te'] = true, ['trailer'] = true, ['transfer-encoding'] = true, ['upgrade'] = true,
}
local ADMISSION = { 'sluice-drop', 'sluice-subject', 'sluice-customer' }

local function handed_on(headers)
  local kept = {}
  for name, values in pairs(headers) do
    if not NOT_HANDED_ON[name] then
      kept[name] = {}
      for _, value in pairs(values) do table.insert(kept[name], value) end
    end
  end
  return kept
end

core.register_action('sluice_check', { 'http-req' }, function(txn)
  local headers = handed_on(txn.http:req_get_headers())
  -- Whatever the client says of itself: this is the request that is asked about.
  headers['x-forwarded-method'] = { txn.f:method() }
  headers['x-forwarded-uri'] = { txn.f:pathq() }
  local answer = core.httpclient():get({ url = GATE, headers = headers, timeout = TIMEOUT_MS })

  if answer.status == 200 then
    for _, name in ipairs(ADMISSION) do
      for _, value in pairs(answer.headers[name] or {}) do
        if value ~= '' then txn.http:req_set_header(name, value) end
      end
    end
    return
  end
  -- The redirect, page or problem for the shopper, as it is. Without the gate: 503, so the shop stays closed.
  local reply = txn:reply({ status = answer.status >= 300 and answer.status or 503 })
  for name, values in pairs(handed_on(answer.headers or {})) do
    for _, value in ipairs(values) do reply:add_header(name, value) end
  end
  reply:set_body(answer.body or '')
  txn:done(reply)
end)
