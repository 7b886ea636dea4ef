/** A secret in the forms in which it may be recorded. */

export const SECRET = 'planted-secret';

/** Keys and values of the configuration that hold the secret, each in another form. */
export const PLANTED: readonly (readonly [key: string, value: string])[] = [
  ['kafka_password_eu', JSON.stringify(SECRET)],
  ['passwords', JSON.stringify([SECRET])],
  ['auth_header', JSON.stringify(`Basic ${SECRET}`)],
  [
    'http',
    JSON.stringify({ auth: { basic: SECRET }, headers: [`Authorization: Bearer ${SECRET}`] }),
  ],
  ['environment', JSON.stringify([{ name: 'X_PASSWORD', value: SECRET }])],
  ['registry', JSON.stringify(`https://u:${'x'.repeat(600)}${SECRET}@h`)],
  ['spaced', JSON.stringify(`etcd://u:my ${SECRET}@h`)],
  ['ini', JSON.stringify(`a = 1\ntoken = ${SECRET}`)],
  ['yaml', JSON.stringify(`a: 1\npassword: my ${SECRET}\n`)],
  ['doubled', JSON.stringify(`password='it''s my ${SECRET}'`)],
  ['jaas', JSON.stringify(`required password="my ${SECRET}";`)],
  ['pem', JSON.stringify(`-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----`)],
  ['embedded', JSON.stringify(JSON.stringify({ a: JSON.stringify({ tls_key: SECRET }) }))],
  ['escaped', `{"pass\\u0077ord": "${SECRET}"}`],
  ['named', `{"postgres://u:${SECRET}@h": 1}`],
];

/**
 * What a member of lenkwerk_apply can write into the log: author, commit, pipeline, plan and
 * desired state of an entry.
 */
export function loggedSecrets(note: string): readonly string[] {
  const changes = PLANTED.map(([key, value]) => ({ before: { key, value }, note }));
  return [
    `password=${SECRET}`,
    `https://u:${SECRET}@h`,
    JSON.stringify({ password: SECRET, job: `api_key: ${SECRET}` }),
    JSON.stringify({ formatVersion: 0, changes }),
    `config:\n  db_password: ${SECRET}\n  a: "postgres://u:${SECRET}@h"\n`,
  ];
}
