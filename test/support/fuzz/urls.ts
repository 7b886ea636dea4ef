/** URLs of databases and stores: a value or an error that does not show the password. */
import fc from 'fast-check';
import { LenkwerkError } from '../../../src/model/errors.js';
import { connectionSettings } from '../../../src/postgres/connection-settings.js';
import { failureOf, failureText } from '../../../src/rendering/failures.js';
import { storeFrom } from '../store-sources.js';
import { fuzzProperty, requirePrintable } from './fuzz-property.js';
import { hostileText, mutatedText } from './mutations.js';

const ENVIRONMENT = { HOME: '/home/user' };

const PARSERS: readonly ((text: string) => unknown)[] = [
  (text) => connectionSettings({ url: text }, ENVIRONMENT),
  (text) => fromUrl(text, 'private'),
  (text) => fromUrl(text, 'command-line'),
  (text) => storeFrom({ variables: { ETCDCTL_ENDPOINTS: text } }),
];

function fromUrl(text: string, source: 'private' | 'command-line'): unknown {
  return storeFrom({ url: { text, source }, variables: ENVIRONMENT });
}

/** The message of a refusal; undefined when there is none. Any other exception goes on. */
function refusal(parse: (text: string) => unknown, text: string): string | undefined {
  try {
    parse(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof LenkwerkError) || error.code !== 'usage') throw error;
    return `${failureText(failureOf(error))}${String(error.cause ?? '')}`;
  }
}

const URLS = [
  'postgres://user@host:5432/lenkwerk?sslmode=verify-full&prefix=/eu',
  'postgresql://user@[::1]/?host=/run/postgresql&dbname=a%20b&connect_timeout=5',
  'etcd://user@host:2379,[::1]:2379?prefix=/eu',
  'etcds://host?ca=/ca.pem&cert=/c.pem&key=/k.pem',
  'zookeeper://user@host:2181,[::1]:2181/chroot?prefix=/eu&acl=creator,read:world',
  'zookeepers://host/a?ca=/ca.pem&cert=/c.pem&key=/k.pem&acl=read:user:abc=',
  'https://host:2379,https://other',
];

export const urlProperty = fuzzProperty(
  'a URL is understood or refused in words that can be shown',
  fc.oneof(
    mutatedText(URLS),
    hostileText,
    fc.webUrl(),
    hostileText.map((x) => `etcd://${x}`),
    hostileText.map((x) => `zookeeper://host/${x}`),
  ),
  (text) => {
    for (const parse of PARSERS) requirePrintable(refusal(parse, text) ?? '', 'the refusal');
  },
);

const SECRET = 'hunter2';
/** Passwords in URLs are not always escaped. */
const password = fc
  .array(fc.constantFrom('', '@', ':', '/', '?', '#', '%', '&', '=', ',', '[', '5432', 'x', ' '), {
    maxLength: 4,
  })
  .chain((parts) =>
    fc.nat({ max: parts.length }).map((at) => [...parts.slice(0, at), SECRET, ...parts.slice(at)]),
  )
  .map((parts) => parts.join(''));
const scheme = fc.constantFrom(
  'postgres://',
  'postgresql://',
  'etcd://',
  'etcds://',
  'zookeeper://',
  'https://',
);
const rest = fc.constantFrom(
  'host:5432/lenkwerk?prefix=/eu',
  'host',
  'host?nonsense=1',
  '[::1',
  '',
);

export const passwordProperty = fuzzProperty(
  'no refusal of a URL shows the password in it',
  fc.tuple(scheme, fc.constantFrom('user', '', 'us%zzer'), password, rest),
  ([start, user, secret, end]) => {
    for (const parse of PARSERS) {
      const words = refusal(parse, `${start}${user}:${secret}@${end}`);
      if (words?.includes(SECRET)) throw new Error(words);
    }
  },
);
