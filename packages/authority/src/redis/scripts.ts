/**
 * The four scripts of spec §3. Each is one atomic function on one key. First of all each asks the server that runs it
 * whether it is a primary of a registered history: a demoted and re-promoted primary keeps its connections and its run
 * id, but not its replication id, and may have lost what it once acknowledged (W9).
 *
 * Fields of the hash: `f` fence nonces, `o` the history the values were filled under, `t` a marker that the TTL is
 * set for good, `s:<session>` a fact, `l:<session>` the nonce of whoever may fill it next.
 * `ARGV[1]` holds the registered histories, separated by spaces.
 */
const TRUSTED = `
local info = redis.call('INFO', 'replication')
local own = string.match(info, 'master_replid:(%x+)')
if not own or not string.find(info, 'role:master', 1, true) or not string.find(ARGV[1], own, 1, true) then return {'untrusted'} end
`;

/** ARGV: histories, session id, nonce, TTL in ms of a key that nothing was filled into. */
export const READ = `#!lua
${TRUSTED}
local seen = redis.call('HMGET', KEYS[1], 'f', 'o', 's:' .. ARGV[2])
if seen[1] then return {'fenced', seen[1]} end
if seen[2] == own and seen[3] then return {'decisive', seen[3]} end
if seen[2] ~= own then
  redis.call('UNLINK', KEYS[1])
  redis.call('HSET', KEYS[1], 'o', own)
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
end
redis.call('HSET', KEYS[1], 'l:' .. ARGV[2], ARGV[3])
return {'leased'}
`;

/** ARGV: histories, session id, nonce, fact, TTL in ms of a filled key. */
export const FILL = `#!lua
${TRUSTED}
local seen = redis.call('HMGET', KEYS[1], 'f', 'o', 'l:' .. ARGV[2])
if seen[1] or seen[2] ~= own or seen[3] ~= ARGV[3] then return {'refused'} end
redis.call('HSET', KEYS[1], 's:' .. ARGV[2], ARGV[4])
redis.call('HDEL', KEYS[1], 'l:' .. ARGV[2])
if redis.call('HSETNX', KEYS[1], 't', '1') == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[5]) end
return {'filled'}
`;

/** ARGV: histories, nonce. Runs also when memory is full: a revocation needs no room worth mentioning. */
export const FENCE = `#!lua flags=allow-oom
${TRUSTED}
local held = redis.call('HGET', KEYS[1], 'f')
redis.call('HSET', KEYS[1], 'f', (held and held .. ' ' or '') .. ARGV[2])
redis.call('HDEL', KEYS[1], 'o')
redis.call('PERSIST', KEYS[1])
return {'fenced'}
`;

/** ARGV: histories, nonces separated by spaces. Removes exactly these; the last one takes the key with it. */
export const RELEASE = `#!lua flags=allow-oom
${TRUSTED}
local held = redis.call('HGET', KEYS[1], 'f')
local kept = {}
if held then
  local gone = ' ' .. ARGV[2] .. ' '
  for nonce in string.gmatch(held, '%S+') do
    if not string.find(gone, ' ' .. nonce .. ' ', 1, true) then kept[#kept + 1] = nonce end
  end
end
if #kept == 0 then redis.call('UNLINK', KEYS[1]) else redis.call('HSET', KEYS[1], 'f', table.concat(kept, ' ')) end
return {'released'}
`;
