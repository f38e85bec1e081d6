-- Mixed traffic: of 100 requests about 59 events, 30 emails, 10 repeats, and a bad one. Every email has a recipient of its own. Emails and
-- every second event have an Idempotency-Key; half of the repeats are of one of the last 100 of them, half of any that is kept for it.
-- After $SECONDS nothing is asked any more, so that at the end everything has been answered. Every answer is left in the file $ANSWERS:
-- status and body.
made, answered = 0, 0
local keyed, recent, kept, began = 0, {}, {}, nil

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

local function keep(request)
  recent[keyed % 100 + 1] = request
  if keyed % 20 == 0 then kept[#kept + 1] = request end
  keyed = keyed + 1
end

function init()
  secret, public = os.getenv("SECRET_KEY"), os.getenv("PUBLIC_KEY")
  answers = io.open(os.getenv("ANSWERS"), "w")
  began = os.time()
  math.randomseed(1)
end

function delay()
  return os.time() - began < tonumber(os.getenv("SECONDS")) and 0 or 1e9
end

function request()
  made = made + 1
  local dice = math.random(100)
  if dice == 1 then return bad[math.random(#bad)]() end
  if dice <= 6 and #recent > 0 then return recent[math.random(#recent)] end
  if dice <= 11 and #kept > 0 then return kept[math.random(#kept)] end
  local is_email = dice <= 41
  local request = is_email and send(made) or track(made)
  if is_email or made % 2 == 0 then keep(request) end
  return request
end

function response(status, _, body)
  answered = answered + 1
  answers:write(status, " ", body, "\n")
end

local thread
function setup(only)
  thread = only
end

function done(summary, latency)
  -- wrk makes the first request to look at it, and does not send it.
  local sent = thread:get("made") - 1
  print(("requests: %d, %.0f a second"):format(sent, sent / os.getenv("SECONDS")))
  for _, share in ipairs({ 50, 99, 99.9 }) do
    print(("p%s: %.0f ms"):format(share, latency:percentile(share) / 1000))
  end
  print(("unanswered: %d"):format(sent - thread:get("answered") + summary.errors.connect))
end
