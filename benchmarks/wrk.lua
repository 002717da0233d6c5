-- Posts the bodies of a file, each event with a UUIDv7 of its own and each page with a number of its own.
-- Arguments: the file (one body a line), the write key, and requests a second ("" for as fast as
-- they are answered). The last line printed is JSON.

local ffi = require("ffi")
ffi.cdef("typedef struct { long seconds; long nanoseconds; } moment; int clock_gettime(int, moment *);")
local CLOCK_MONOTONIC = 1
local moment = ffi.new("moment")

local function milliseconds()
  ffi.C.clock_gettime(CLOCK_MONOTONIC, moment)
  return tonumber(moment.seconds) * 1000 + tonumber(moment.nanoseconds) / 1e6
end

local next_thread = 0

function setup(thread)
  thread:set("number", next_thread)
  next_thread = next_thread + 1
end

-- The pieces between the marks, and the marks' kinds.
local function parse(line)
  local pieces, kinds, position = {}, {}, 1
  while true do
    local first, last, kind = line:find("{(%l+)}", position)
    if not first then break end
    pieces[#pieces + 1] = line:sub(position, first - 1)
    kinds[#kinds + 1] = kind
    position = last + 1
  end
  pieces[#pieces + 1] = line:sub(position)
  return { pieces = pieces, kinds = kinds }
end

function init(arguments)
  templates = {}
  for line in io.lines(arguments[1]) do templates[#templates + 1] = parse(line) end
  headers = { ["Authorization"] = "Bearer " .. arguments[2], ["Content-Type"] = "application/json" }
  sequence = 0
  requests = 0
  math.randomseed(os.time() + number)
  run = math.random(0, 0xffff)
  if arguments[3] ~= "" then keep_pace(tonumber(arguments[3])) end
end

-- wrk waits as long as `delay` says before each request. It adds what requests that were not sent
-- meanwhile would have waited to the latencies of slow answers, at the mean interval (stats_correct).
function keep_pace(requests_per_second)
  local interval, start, taken = 1000 / requests_per_second, milliseconds(), 0
  function delay()
    taken = taken + 1
    return math.max(0, math.floor(start + taken * interval - milliseconds() + 0.5))
  end
end

function request()
  requests = requests + 1
  local template = templates[requests % #templates + 1]
  local seconds = os.time()
  -- 48 bits of milliseconds, then 74 bits that differ between runs, threads and events.
  local head = string.format("%012x", seconds * 1000)
  head = string.format("%s-%s-7%03x-8%03x-%04x", head:sub(1, 8), head:sub(9), number, run % 4096, run)
  local page = string.format("%02x%010x", number, requests)
  local parts = {}
  for index, piece in ipairs(template.pieces) do
    parts[#parts + 1] = piece
    local kind = template.kinds[index]
    if kind == "id" then
      sequence = sequence + 1
      parts[#parts + 1] = string.format("%s%08x", head, sequence)
    elseif kind == "page" then
      parts[#parts + 1] = page
    end
  end
  return wrk.format("POST", nil, headers, table.concat(parts))
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"seconds": %f, "requests": %d, "refused": %d, "broken": %d, "p50_ms": %f, "p99_ms": %f}\n',
    summary.duration / 1e6, summary.requests, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
