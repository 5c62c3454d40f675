-- Replays prepared HTTP requests, each thread its own file, from a common start time on:
--
--   wrk -t T -c C -d 1h -s replay.lua URL -- FILES START_MS SECONDS CONNECTIONS
--
-- FILES is a prefix: thread 0 reads FILES.0 and so on, each a sequence of "<length>\n<request>". With SECONDS 0
-- each request is sent exactly once; otherwise the thread goes round its file for so long. START_MS is the
-- wall clock (milliseconds) at which the first request goes out, so that neither reading files nor TLS
-- handshakes are measured. CONNECTIONS is how many each thread has. wrk asks delay() before each request, which is where requests are handed out. A
-- thread that has its last answer says "finished" on stderr and idles; SIGINT then ends wrk. The last line of
-- stdout is JSON.

local ffi = require("ffi")
ffi.cdef [[
  typedef struct { long seconds; long microseconds; } bench_time;
  int gettimeofday(bench_time *now, void *zone);
]]

local IDLE_MS = 3600 * 1000
local time = ffi.new("bench_time[1]")
local threads = {}

local function now_ms()
  ffi.C.gettimeofday(time, nil)
  return tonumber(time[0].seconds) * 1000 + tonumber(time[0].microseconds) / 1000
end

local function read_requests(path)
  local found = {}
  local file = assert(io.open(path, "rb"))
  while true do
    local length = file:read("*l")
    if not length then break end
    found[#found + 1] = file:read(tonumber(length))
  end
  file:close()
  return found
end

function setup(thread)
  thread:set("id", #threads)
  threads[#threads + 1] = thread
end

local requests, place, start_ms, end_ms, allowed, connections
local connected = 0
local granted = 0
local rehearsed = false

-- Global, because done() runs in another Lua state and reads them from there.
answered = 0
finished_ms = 0

function init(arguments)
  requests = read_requests(arguments[1] .. "." .. id)
  place = 0
  start_ms = tonumber(arguments[2])
  local seconds = tonumber(arguments[3])
  connections = tonumber(arguments[4])
  allowed = seconds > 0 and math.huge or #requests
  end_ms = seconds > 0 and start_ms + seconds * 1000 or math.huge
  rehearsed = id ~= 0 -- wrk looks at one request of the first thread before it starts
end

function delay()
  local now = now_ms()
  if connected < connections then
    connected = connected + 1
  else
    answered = answered + 1
    finished_ms = now
  end
  if granted < allowed and now < end_ms then
    granted = granted + 1
    return math.max(0, math.ceil(start_ms - now))
  end
  if answered == granted then io.stderr:write("finished\n") end
  return IDLE_MS
end

function request()
  if not rehearsed then
    rehearsed = true
    return requests[1]
  end
  place = place % #requests + 1
  return requests[place]
end

function done(summary, latency, _)
  local last, total = 0, 0
  for _, thread in ipairs(threads) do
    last = math.max(last, thread:get("finished_ms"))
    total = total + thread:get("answered")
  end
  local errors = summary.errors
  print(string.format(
    '{"answered":%d,"finished_ms":%.3f,"p50_us":%d,"p99_us":%d,"bytes":%d,"refused":%d,"broken":%d}',
    total, last, latency:percentile(50), latency:percentile(99), summary.bytes, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
