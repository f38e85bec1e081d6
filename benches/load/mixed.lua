-- Mixed traffic: of 100 requests about 59 events, 30 emails, 10 repeats of one of the last 100 of either, and a bad one. Every email
-- has a recipient of its own. Every answer is left in the file $ANSWERS: status and body.
local made, kept, recent, answers = 0, 0, {}, nil

local function request_of(path, key, body, once)
  local headers = { Authorization = "Bearer " .. key, ["Content-Type"] = "application/json" }
  headers["Idempotency-Key"] = once
  return wrk.format("POST", path, headers, body)
end

local function track(number)
  local body = '{"email":"c%d@example.org","event":"signed_up","data":{"plan":"pro","visit":%d}}'
  return request_of("/v1/track", public, body:format(number % 5000, number), number % 2 == 0 and "visit-" .. number or nil)
end

local function send(number)
  local body = '{"to":"n%d@example.org","subject":"Order %d","body":"<p>Hello {{ name ?? there }}, thank you.</p>"}'
  return request_of("/v1/send", secret, body:format(number, number), "order-" .. number)
end

local bad = {
  function() return request_of("/v1/send", "sk_none", "{}") end,
  function() return request_of("/v1/send", public, "{}") end,
  function() return request_of("/v1/send", secret, '{"to":"nobody","subject":7}', "bad") end,
  function() return request_of("/v1/track", secret, '{"email"', "bad") end,
  function() return request_of("/v1/tracks", secret, "{}") end,
}

function init()
  secret, public = os.getenv("SECRET_KEY"), os.getenv("PUBLIC_KEY")
  answers = io.open(os.getenv("ANSWERS"), "w")
  math.randomseed(1)
end

function request()
  made = made + 1
  local dice = math.random(100)
  if dice == 1 then return bad[math.random(#bad)]() end
  if dice <= 11 and #recent > 0 then return recent[math.random(#recent)] end
  local request = dice <= 41 and send(made) or track(made)
  if dice <= 41 or made % 2 == 0 then
    recent[kept % 100 + 1] = request
    kept = kept + 1
  end
  return request
end

function response(status, _, body)
  answers:write(status, " ", body, "\n")
end

function done(summary, latency)
  local errors = summary.errors
  print(("requests: %d, %.0f a second"):format(summary.requests, summary.requests / summary.duration * 1e6))
  for _, share in ipairs({ 50, 99, 99.9 }) do
    print(("p%s: %.0f ms"):format(share, latency:percentile(share) / 1000))
  end
  print(("unanswered: %d"):format(errors.connect + errors.read + errors.write + errors.timeout))
end
