/**
 * domain/limit.ts in Lua: one atomic step on one key (so it works in Redis Cluster), by the clock of Redis. The clock
 * of an instance decides nothing, and one that is wrong widens no window.
 */

const COMMON = `
local clock = redis.call('time')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local raw = redis.call('get', KEYS[1])`;

/** ARGV: a LimitShape as JSON. Returns {taken, left, window, ms}. */
export const TAKE = `${COMMON}
local rule = cjson.decode(ARGV[1])
local count = raw and cjson.decode(raw) or { w = {}, u = 0 }
local grows = #rule.waitsMs > 0
local ms = count.u - now
for i, window in ipairs(rule.windows) do
  local known = count.w[i]
  if not known or known.e <= now then
    known = { t = 0, e = now + window.ms }
    count.w[i] = known
  end
  if not grows and known.t >= window.points then ms = math.max(ms, known.e - now) end
end
if ms > 0 then return { 0, 0, 0, ms } end
count.u = 0
for i in ipairs(rule.windows) do count.w[i].t = count.w[i].t + 1 end
if grows then
  local first = count.w[1]
  local beyond = first.t - rule.windows[1].points
  if beyond >= 0 then
    count.u = now + rule.waitsMs[math.min(beyond + 1, #rule.waitsMs)]
    first.e = now + rule.forgetMs
  else
    first.e = now + rule.windows[1].ms
  end
end
local fewest, at, last = nil, 1, 0
for i, window in ipairs(rule.windows) do
  local left = window.points - count.w[i].t
  if fewest == nil or left < fewest then fewest = left at = i end
  last = math.max(last, count.w[i].e)
end
redis.call('set', KEYS[1], cjson.encode(count), 'PX', last - now)
local ends = count.u > 0 and count.u or count.w[at].e
return { 1, math.max(fewest, 0), at - 1, ends - now }`;

/** Gives one point back, of what there is. */
export const GIVE = `${COMMON}
if not raw then return 0 end
local count = cjson.decode(raw)
for _, window in ipairs(count.w) do window.t = math.max(window.t - 1, 0) end
count.u = 0
redis.call('set', KEYS[1], cjson.encode(count), 'KEEPTTL')
return 1`;

/** Two averages of how often something happens, one quick and one slow. ARGV: their times in ms. Returns both as text. */
export const HAPPENED = `${COMMON}
local quick, slow = tonumber(ARGV[1]), tonumber(ARGV[2])
local rate = raw and cjson.decode(raw) or { a = now, q = 0, s = 0 }
local passed = math.max(now - rate.a, 0)
rate.q = rate.q * math.exp(-passed / quick) + 1
rate.s = rate.s * math.exp(-passed / slow) + 1
rate.a = now
redis.call('set', KEYS[1], cjson.encode(rate), 'PX', slow * 4)
return { tostring(rate.q), tostring(rate.s) }`;
