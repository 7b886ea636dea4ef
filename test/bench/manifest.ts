/** Manifests of any size, of the kinds of object that a cluster has many of. */

interface ManifestSize {
  readonly instances: number;
  readonly config: number;
  /** Each with one field. */
  readonly indexes: number;
}

/** 70 % instances, 20 % configuration entries, 5 % indexes and their fields. */
function sizeOf(objects: number): ManifestSize {
  const indexes = Math.floor(objects * 0.05);
  const config = Math.floor(objects * 0.2);
  return { instances: objects - config - 2 * indexes, config, indexes };
}

/** YAML; with `revision` 1 instead of 0 every hundredth object is another one. */
export function manifestOf(objects: number, revision: 0 | 1): string {
  const size = sizeOf(objects);
  const isChanged = (i: number) => revision === 1 && i % 100 === 0;
  const lines = ['apiVersion: lenkwerk/v1', 'kind: Cluster', 'instances:'];
  for (let i = 0; i < size.instances; i += 1) {
    lines.push(
      `  - host: storage-${String(i).padStart(6, '0')}.dc1.example.com`,
      '    port: 5432',
      `    username: ${isChanged(i) ? 'schaufel2' : 'schaufel'}`,
      '    status: online',
    );
  }
  lines.push('indexes:');
  for (let i = 0; i < size.indexes; i += 1) {
    lines.push(
      `  - name: idx_${i}`,
      '    method: btree',
      '    fields:',
      `      - pointer: /attribute/number-${i}`,
      '        type: bigint',
    );
  }
  lines.push('config:');
  for (let i = 0; i < size.config; i += 1) {
    const topic = isChanged(i) ? 'another-topic' : 'the-topic-of-this-entry';
    lines.push(`  entry_${String(i).padStart(6, '0')}: ${topic}`);
  }
  return `${lines.join('\n')}\n`;
}
