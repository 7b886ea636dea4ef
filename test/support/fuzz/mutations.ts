/** Damage of files and messages: at random, and by hand. */
import fc from 'fast-check';

const MAX_EDITS = 6;
const MAX_STRETCH = 200;

type Edit = (bytes: Buffer) => Buffer;

/** One of `originals` after one to six edits. */
export function mutated(originals: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const edits = fc.array(edit(originals), { minLength: 1, maxLength: MAX_EDITS });
  return fc
    .tuple(fc.constantFrom(...originals), edits)
    .map(([original, all]) =>
      all.reduce<Buffer>((bytes, change) => change(bytes), Buffer.from(original)),
    );
}

/** The same for texts, cut anywhere between two bytes. */
export function mutatedText(originals: readonly string[]): fc.Arbitrary<string> {
  return mutated(originals.map((text) => Buffer.from(text))).map((bytes) => bytes.toString());
}

function edit(originals: readonly Buffer[]): fc.Arbitrary<Edit> {
  const place = fc.record({ at: fc.nat(), length: fc.integer({ min: 1, max: MAX_STRETCH }) });
  const bits = fc.integer({ min: 1, max: 255 });
  const pieces = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 8 }),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).map((text) => Buffer.from(text)),
    fc.constantFrom(...STRUCTURE).map((text) => Buffer.from(text)),
  );
  return fc.oneof(
    fc.tuple(place, bits).map(([{ at }, mask]) => flip(at, mask)),
    place.map(({ at, length }) => replace(at, length, () => Buffer.alloc(0))),
    place.map(({ at, length }) => replace(at, length, (old) => Buffer.concat([old, old]))),
    fc.tuple(place, pieces).map(([{ at }, piece]) => replace(at, 0, () => Buffer.from(piece))),
    fc
      .tuple(place, fc.constantFrom(...originals), fc.nat())
      .map(([{ at, length }, other, from]) => replace(at, length, () => stretch(other, from))),
    fc.nat().map((at) => (bytes: Buffer) => bytes.subarray(0, at % (bytes.length + 1))),
  );
}

/** Text with a meaning for a parser of YAML, JSON or Markdown, or for a terminal. */
const STRUCTURE = [
  ...['\n', '\n  ', '\t', ': ', '- ', '? ', '{', '}', '[', ']', ',', '"', "'", '#', '|\n', '>-\n'],
  ...['&a ', '*a', '<<: ', '!!str ', '%YAML 1.1\n', '---\n', '...\n', '__proto__', 'constructor'],
  ...['null', '~', '.nan', '1e999', '-0', '9007199254740993', '0x1f', '"\\u0000"', '"\\ud800"'],
  ...['\u202e', '\u0000', '\u001b[2J', '\ufeff', '\u2028', '\r', '\\', '```', '</details>'],
];

function flip(at: number, mask: number): Edit {
  return (bytes) => {
    const index = at % Math.max(1, bytes.length);
    const old = bytes[index];
    if (old !== undefined) bytes[index] = old ^ mask;
    return bytes;
  };
}

function replace(at: number, length: number, by: (old: Buffer) => Buffer): Edit {
  return (bytes) => {
    const start = at % (bytes.length + 1);
    const old = bytes.subarray(start, start + length);
    return Buffer.concat([bytes.subarray(0, start), by(old), bytes.subarray(start + length)]);
  };
}

function stretch(bytes: Buffer, from: number): Buffer {
  const start = from % (bytes.length + 1);
  return bytes.subarray(start, start + MAX_STRETCH);
}

/** Text that is to break out of a line, a fence, a quotation, or the direction of writing. */
export const hostileText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(...STRUCTURE, '````', '~~~', '`', '\n\n# ', '|', '@user', '-->', '$$'),
      fc.constantFrom('\u{e0041}', '\u0600', '\u180e', '\u00ad', '\ud800', '\udc00', '\u0085'),
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.string({ unit: 'grapheme', maxLength: 6 }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));
