/**
 * How sessions use TLS.
 * https://www.postgresql.org/docs/current/libpq-ssl.html
 */
import { LenkwerkError } from '../../model/errors.js';
import { find, given, type Layer } from './sources.js';
import { oneOf } from './values.js';

const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
type SslMode = (typeof SSL_MODES)[number];
/** Those that fail without TLS. */
const STRICT_MODES: readonly SslMode[] = ['require', 'verify-ca', 'verify-full'];
const SSL_NEGOTIATIONS = ['postgres', 'direct'] as const;
const SSL_VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
const SWITCHES = ['0', '1'] as const;

export interface TlsSettings {
  readonly mode: SslMode;
  readonly negotiation: (typeof SSL_NEGOTIATIONS)[number];
  /**
   * Paths of files; undefined: libpq's default file where it exists. `system`: the system's store.
   */
  readonly rootCert: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly crl: string | undefined;
  /** Whether the name of the server is sent in plain text. */
  readonly sendsName: boolean;
  readonly minVersion: (typeof SSL_VERSIONS)[number] | undefined;
  readonly maxVersion: (typeof SSL_VERSIONS)[number] | undefined;
}

/** The settings of these sources. Throws `usage` for values that are unknown or do not fit. */
export function tlsSettings(layers: readonly Layer[]): TlsSettings {
  const value = (name: string) => given(find(layers, name, '').value);
  const version = (name: string) => {
    const text = value(name);
    return text === undefined ? undefined : oneOf('ssl protocol version', text, SSL_VERSIONS);
  };
  const rootCert = value('PGSSLROOTCERT');
  const byAuthorities = rootCert === 'system' ? 'verify-full' : 'prefer';
  const tls = {
    mode: oneOf('sslmode', value('PGSSLMODE') ?? byAuthorities, SSL_MODES),
    negotiation: oneOf('sslnegotiation', value('PGSSLNEGOTIATION') ?? 'postgres', SSL_NEGOTIATIONS),
    rootCert,
    ...{ cert: value('PGSSLCERT'), key: value('PGSSLKEY'), crl: value('PGSSLCRL') },
    sendsName: oneOf('sslsni', value('PGSSLSNI') ?? '1', SWITCHES) === '1',
    minVersion: version('PGSSLMINPROTOCOLVERSION'),
    maxVersion: version('PGSSLMAXPROTOCOLVERSION'),
  };
  requireStrict(tls);
  return tls;
}

/** libpq refuses the same: they would promise a check that a weaker mode leaves out. */
function requireStrict(tls: TlsSettings): void {
  const { mode, negotiation, rootCert, minVersion, maxVersion } = tls;
  if (rootCert === 'system' && mode !== 'verify-full') {
    throw new LenkwerkError('usage', `sslmode=${mode} is too weak for sslrootcert=system`, {
      hint: 'use sslmode=verify-full, or name the file of the authority',
    });
  }
  if (negotiation === 'direct' && !STRICT_MODES.includes(mode)) {
    throw new LenkwerkError('usage', `sslmode=${mode} is too weak for sslnegotiation=direct`, {
      hint: STRICT_MODES.join(', '),
    });
  }
  if (minVersion !== undefined && maxVersion !== undefined && minVersion > maxVersion) {
    throw new LenkwerkError('usage', `no TLS is from ${minVersion} up to ${maxVersion}`);
  }
}
