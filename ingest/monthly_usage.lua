-- Counts events of a month. KEYS[1]: the counter. ARGV: events to add, the least that was counted
-- before (the counter may have been lost), seconds to keep it. Returns the count.
local used = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), tonumber(ARGV[2])) + tonumber(ARGV[1])
redis.call('SET', KEYS[1], string.format('%.0f', used), 'EX', ARGV[3])
return used
