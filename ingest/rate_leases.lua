-- Gives a process its share of a project's allowance.
--
-- KEYS[1]  hash of the project: `at`, for each resource the tokens that nobody holds, and for each
--          process `p:<id>` what it held after its last call
-- ARGV     process, now in seconds ('' for the clock here), seconds after which a silent process is
--          forgotten, seconds to keep the key; then for each resource: rate, capacity, held, and what it has
--          taken of its own accord since it was new (its opening)
--
-- Tokens that nobody holds plus those that processes held never exceed the capacity, so that what is
-- granted over any time t stays within rate * t + capacity. A process may hold capacity / processes.
-- Returns the number of processes, then for each resource what to add to `held`, below zero to give back.
local process, now, silence, keep = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
if not now then
    local time = redis.call('TIME')
    now = tonumber(time[1]) + tonumber(time[2]) / 1000000
end
local count = (#ARGV - 4) / 4
local fields = redis.call('HGETALL', KEYS[1])
local state, held_by_all, processes, known = {}, {}, 1, nil
for i = 1, count do held_by_all[i] = 0 end
for i = 1, #fields, 2 do
    local name, value = fields[i], fields[i + 1]
    if string.sub(name, 1, 2) == 'p:' then
        local numbers = {}
        for number in string.gmatch(value, '%S+') do numbers[#numbers + 1] = tonumber(number) end
        if name == 'p:' .. process then
            known = numbers
        elseif numbers[1] + silence < now then
            redis.call('HDEL', KEYS[1], name)
        else
            processes = processes + 1
            for j = 1, count do held_by_all[j] = held_by_all[j] + math.max(numbers[j + 1] or 0, 0) end
        end
    else
        state[name] = tonumber(value)
    end
end
local passed = math.max(now - (state['at'] or now), 0)
local answer, record = {tostring(processes)}, {string.format('%.6f', now)}
for i = 1, count do
    local base = 4 + (i - 1) * 4
    local rate, capacity, held, debt =
        tonumber(ARGV[base + 1]), tonumber(ARGV[base + 2]), tonumber(ARGV[base + 3]), tonumber(ARGV[base + 4])
    -- What it held until now took up room all the while; of a new process, what it holds takes it from now on.
    local before = math.max(known and known[i + 1] or held, 0)
    local tokens = (state['t' .. i] or capacity) + passed * rate - debt
    tokens = math.min(tokens, capacity - held_by_all[i] - before)
    local change = math.min(capacity / processes - held, math.max(tokens, 0))
    if held > capacity / processes then change = capacity / processes - held end
    tokens = math.min(tokens - change, capacity - held_by_all[i] - math.max(held + change, 0))
    redis.call('HSET', KEYS[1], 't' .. i, string.format('%.6f', tokens))
    answer[#answer + 1] = string.format('%.6f', change)
    record[#record + 1] = string.format('%.6f', held + change)
end
redis.call('HSET', KEYS[1], 'at', string.format('%.6f', math.max(now, state['at'] or now)),
    'p:' .. process, table.concat(record, ' '))
redis.call('EXPIRE', KEYS[1], keep)
return answer
