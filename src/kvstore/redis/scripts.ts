/**
 * What runs in the server, each script as a whole and alone. Their first line makes the server
 * check first whether it takes writes; all keys are named before, as clusters and the rights of
 * users need it. https://redis.io/docs/latest/develop/programmability/eval-intro/
 */
import { createHash } from 'node:crypto';

export interface Script {
  readonly text: string;
  readonly digest: string;
  /** The commands that run it by its digest, and by its text. */
  readonly commands: readonly [byDigest: string, byText: string];
}

/**
 * Nothing that a script did is undone when it fails. So the first pass reads, and builds all
 * writes; the second asks whether this user may do each of them; only then they are done. None of
 * them is refused for its size: the server looked at its memory before.
 *
 * KEYS: head, revisions, journal, sizes, then each changed key: first the guard's, those with new
 * values, those that are deleted. ARGV: see commit.ts. Returns `committed` and the revision,
 * `conflict` and what the guard key holds, or `refused`, a key or command, and the reason.
 *
 * A revision is the time in microseconds, or one more than the last: so no number is given twice,
 * also when the server goes back to an earlier state. A journal of which other programs deleted a
 * part begins anew.
 */
export const COMMIT = script(
  ['EVALSHA', 'EVAL'],
  `#!lua
local head, revisions, journal, sizes = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local mode, mark = ARGV[1], ARGV[2]
local guarded, expectedRevision, expectedValue = ARGV[3], ARGV[4], ARGV[5]
local keepEntries, keepBytes = tonumber(ARGV[6]), tonumber(ARGV[7])
local mostOldBytes = tonumber(ARGV[8])
local keys, puts = {unpack(KEYS, 5)}, #ARGV - 8
local function number(n) return string.format('%.0f', n) end

local oldRevisions = redis.call('HMGET', revisions, unpack(keys))
local olds, oldBytes = {}, 0
local function read(first, last)
  local isWanted, unread = oldBytes <= mostOldBytes, {}
  local values = isWanted and redis.call('MGET', unpack(keys, first, last)) or {}
  for i = first, last do
    local value = values[i - first + 1]
    olds[i] = value
    if value then oldBytes = oldBytes + #value else unread[#unread + 1] = keys[i] end
  end
  if #unread == 0 or redis.call('EXISTS', unpack(unread)) == 0 then return end
  for _, key in ipairs(unread) do
    local length = redis.pcall('STRLEN', key)
    if type(length) == 'table' then return {'refused', key, length.err} end
  end
end
local refused = read(1, 1)
if refused then return refused end
if guarded ~= 'no' then
  if oldBytes > mostOldBytes then return {'refused', keys[1], 'ERR its value is too long'} end
  local revision = oldRevisions[1] or '0'
  local same = olds[1] == expectedValue and revision == expectedRevision
  if guarded == 'absent' then same = not olds[1] end
  if not same then return {'conflict', olds[1], revision} end
end
for first = 2, #keys, 50 do
  refused = read(first, math.min(first + 49, #keys))
  if refused then return refused end
end

local fields = redis.call('HMGET', head, 'revision', 'mark', 'bytes', 'trimmed')
local length, listed = redis.call('XLEN', journal), redis.call('LLEN', sizes)
local isWhole = fields[1] and length == listed
local last = tonumber(fields[1] or '1')
local time = redis.call('TIME')
local revision = math.max(last + 1, tonumber(time[1]) * 1000000 + tonumber(time[2]))
local id = number(revision)

local add = {'XADD', journal, id .. '-0',
  'mark', mark, 'previous', number(last), 'previousMark', fields[2] or ''}
local set, sign, delete, unsign = {'MSET'}, {'HSET', revisions}, {'DEL'}, {'HDEL', revisions}
local isKept, size = oldBytes <= mostOldBytes, 0
local function change(field, value)
  local n = #add
  add[n + 1], add[n + 2] = field, value
  size = size + #field + #value
end
for i, key in ipairs(keys) do
  local old = isKept and olds[i]
  if old then change('<' .. (oldRevisions[i] or '0') .. ' ' .. key, old) end
  if i <= puts then
    local value = ARGV[8 + i]
    set[2 * i], set[2 * i + 1] = key, value
    sign[2 * i + 1], sign[2 * i + 2] = key, id
    if isKept then change('+' .. key, value) end
  else
    delete[#delete + 1], unsign[#unsign + 1] = key, key
    if old then change('-' .. key, '') end
  end
end
if not isKept then change('omitted', '') end

local writes = {}
local bytes, trimmed = tonumber(fields[3] or '0') + size, fields[4] or '0'
if isWhole then
  local dropped = 0
  while length > 0 and dropped < 4 and (length >= keepEntries or bytes > keepBytes) do
    local entry = redis.call('LINDEX', sizes, dropped)
    trimmed = string.match(entry, '^%d+')
    bytes = bytes - tonumber(string.match(entry, '%d+$'))
    dropped, length = dropped + 1, length - 1
  end
  if dropped > 0 then
    writes[1] = {'XTRIM', journal, 'MAXLEN', number(length)}
    writes[2] = {'LTRIM', sizes, number(dropped), '-1'}
  end
else
  bytes = size
  writes[1] = {'DEL', journal, sizes}
end
writes[#writes + 1] = add
writes[#writes + 1] = {'RPUSH', sizes, id .. ' ' .. number(size)}
if #set > 1 then writes[#writes + 1] = set; writes[#writes + 1] = sign end
if #delete > 1 then writes[#writes + 1] = delete; writes[#writes + 1] = unsign end
writes[#writes + 1] = {'HSET', head, 'revision', id, 'mark', mark, 'bytes', number(bytes),
  'trimmed', trimmed}

local enough = {XADD = 5, HSET = 4, HDEL = 3}
for _, command in ipairs(writes) do
  local name = command[1]
  if not redis.acl_check_cmd(unpack(command, 1, enough[name] or #command)) then
    return {'refused', name, 'NOPERM this user may not run it on these keys'}
  end
end
if mode == 'probe' then return {'committed', id} end
for _, command in ipairs(writes) do redis.call(unpack(command)) end
return {'committed', id}
`,
);

/**
 * KEYS: revisions, then keys. ARGV: how many bytes of values are enough, how many a value may have,
 * how many keys to read together. Returns a value and a revision for each key, or for fewer; a key
 * of another type has no value, and one that is too long counts as none: neither is ours.
 */
export const READ = script(
  ['EVALSHA_RO', 'EVAL_RO'],
  `#!lua flags=no-writes
local found, left, most = {}, tonumber(ARGV[1]), tonumber(ARGV[2])
local together = tonumber(ARGV[3])
for first = 2, #KEYS, together do
  local last = math.min(first + together - 1, #KEYS)
  local values = redis.call('MGET', unpack(KEYS, first, last))
  local revisions = redis.call('HMGET', KEYS[1], unpack(KEYS, first, last))
  for i, value in ipairs(values) do
    if value and #value > most then value = false end
    if value then left = left - #value end
    local n = #found
    found[n + 1], found[n + 2] = value, revisions[i]
    if left < 0 then return found end
  end
end
return found
`,
);

/**
 * KEYS: head, journal. ARGV: a revision, how many entries and how many bytes of them are enough.
 * Returns the head, and the entries after the revision: id and fields of each.
 */
export const JOURNAL = script(
  ['EVALSHA_RO', 'EVAL_RO'],
  `#!lua flags=no-writes
local head = redis.call('HMGET', KEYS[1], 'revision', 'mark', 'trimmed')
local from, left, bytesLeft = '(' .. ARGV[1] .. '-0', tonumber(ARGV[2]), tonumber(ARGV[3])
local entries = {}
while left > 0 and bytesLeft > 0 do
  local entry = redis.call('XRANGE', KEYS[2], from, '+', 'COUNT', 1)[1]
  if not entry then break end
  entries[#entries + 1] = entry
  from, left = '(' .. entry[1], left - 1
  for _, text in ipairs(entry[2]) do bytesLeft = bytesLeft - #text end
end
return {head, entries}
`,
);

function script(commands: Script['commands'], text: string): Script {
  return { text, commands, digest: createHash('sha1').update(text).digest('hex') };
}
