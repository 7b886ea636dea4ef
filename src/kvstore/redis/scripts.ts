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
 * Nothing that a script did is undone when it fails. So the first pass reads, and builds the list
 * of all writes; the second asks for each of them whether this user may do it; only then they are
 * done. What they write is never refused for its size: the server looked at its memory before.
 *
 * KEYS: head, revisions, journal, then each changed key: first the guard's, those with new values,
 * those that are deleted. ARGV: see `commitArguments`. Returns `committed` and the revision,
 * `conflict` and what the guard key holds, or `refused`, a key or command, and the reason.
 *
 * A revision is the time in microseconds, or one more than the last: so no number is given twice,
 * also when the server goes back to an earlier state.
 */
export const COMMIT = script(
  ['EVALSHA', 'EVAL'],
  `#!lua
local head, revisions, journal = KEYS[1], KEYS[2], KEYS[3]
local mode, mark = ARGV[1], ARGV[2]
local guarded, expectedRevision, expectedValue = ARGV[3], ARGV[4], ARGV[5]
local keepEntries, keepBytes = tonumber(ARGV[6]), tonumber(ARGV[7])
local mostOldBytes = tonumber(ARGV[8])
local firstValue = 9
local puts = #ARGV - firstValue + 1
local function number(n) return string.format('%.0f', n) end

local keys = {}
for i = 4, #KEYS do keys[#keys + 1] = KEYS[i] end
local oldRevisions = redis.call('HMGET', revisions, unpack(keys))
local olds, oldBytes = {}, 0
for i, key in ipairs(keys) do
  local old
  if oldBytes <= mostOldBytes then
    old = redis.pcall('GET', key)
    if type(old) == 'string' then oldBytes = oldBytes + #old end
    olds[i] = old
  else
    old = redis.pcall('STRLEN', key)
  end
  if type(old) == 'table' then return {'refused', key, old.err} end
  if i == 1 and guarded ~= 'no' then
    local revision = oldRevisions[1] or '0'
    local same = old == expectedValue and revision == expectedRevision
    if guarded == 'absent' then same = not old end
    if not same then return {'conflict', old, revision} end
  end
end

local fields = redis.call('HMGET', head, 'revision', 'mark', 'bytes', 'trimmed', 'trimmedBytes')
local last = tonumber(fields[1] or '1')
local time = redis.call('TIME')
local revision = math.max(last + 1, tonumber(time[1]) * 1000000 + tonumber(time[2]))
local id = number(revision)
local writes = {}
local function write(...) writes[#writes + 1] = {...} end

local sets, marks, deleted = {}, {}, {}
local changes, size = {}, 0
local function change(field, value)
  changes[#changes + 1] = field
  changes[#changes + 1] = value
  size = size + #field + #value
end
for i, key in ipairs(keys) do
  if olds[i] then change('<' .. key, (oldRevisions[i] or '0') .. ':' .. olds[i]) end
  if i <= puts then
    local value = ARGV[firstValue + i - 1]
    sets[#sets + 1], sets[#sets + 2] = key, value
    marks[#marks + 1], marks[#marks + 2] = key, id
    change('+' .. key, value)
  else
    deleted[#deleted + 1] = key
    if olds[i] or oldBytes > mostOldBytes then change('-' .. key, '') end
  end
end
if oldBytes > mostOldBytes then changes, size = {'omitted', ''}, 0 end
local bytes = tonumber(fields[3] or '0') + size

local length = redis.call('XLEN', journal)
if not fields[1] and length > 0 then write('DEL', journal); length = 0 end
write('XADD', journal, id .. '-0', 'mark', mark, 'previous', number(last),
  'previousMark', fields[2] or '', 'bytes', number(bytes), unpack(changes))
if #sets > 0 then write('MSET', unpack(sets)); write('HSET', revisions, unpack(marks)) end
if #deleted > 0 then write('DEL', unpack(deleted)); write('HDEL', revisions, unpack(deleted)) end

local trimmed, trimmedBytes = fields[4] or '0', tonumber(fields[5] or '0')
local function isFull() return length >= keepEntries or bytes - trimmedBytes > keepBytes end
if length > 0 and isFull() then
  for _, entry in ipairs(redis.call('XRANGE', journal, '-', '+', 'COUNT', 4)) do
    if not isFull() then break end
    trimmed = string.match(entry[1], '^%d+')
    trimmedBytes = tonumber(entry[2][8]) or trimmedBytes
    length = length - 1
  end
  write('XTRIM', journal, 'MINID', number(tonumber(trimmed) + 1))
end
write('HSET', head, 'revision', id, 'mark', mark, 'bytes', number(bytes),
  'trimmed', trimmed, 'trimmedBytes', number(trimmedBytes))

for _, command in ipairs(writes) do
  if not redis.acl_check_cmd(unpack(command)) then
    return {'refused', command[1], 'NOPERM this user may not run it on these keys'}
  end
end
if mode == 'probe' then return {'committed', id} end
for _, command in ipairs(writes) do redis.call(unpack(command)) end
return {'committed', id}
`,
);

/**
 * KEYS: revisions, then keys. ARGV: how many bytes of values are enough, and how many a value may
 * have. Returns a value and a revision for each key, or for fewer; a key of another type has no
 * value.
 */
export const READ = script(
  ['EVALSHA_RO', 'EVAL_RO'],
  `#!lua flags=no-writes
local found, left, most = {}, tonumber(ARGV[1]), tonumber(ARGV[2])
for i = 2, #KEYS do
  local value = redis.pcall('GET', KEYS[i])
  if type(value) == 'table' then value = false end
  if value then left = left - #value end
  if value and #value > most then
    return redis.error_reply('ERR the value of ' .. KEYS[i] .. ' is longer than is read')
  end
  found[#found + 1] = value
  found[#found + 1] = redis.call('HGET', KEYS[1], KEYS[i])
  if left < 0 then break end
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
