/** Each colour of a text can be read on its ground, in light and in dark. */
import { expect, test } from 'vitest';
import { STYLE } from '../../../../src/rendering/html/style.js';

const COLOURS = new Map(
  [...STYLE.matchAll(/--(\w+):light-dark\((#\w+),(#\w+)\)/g)].map(([, name, light, dark]) => [
    name,
    [light ?? '', dark ?? ''] as const,
  ]),
);

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(colour: string): number {
  const digits = colour.length === 4 ? colour.replace(/\w/g, '$&$&') : colour;
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(digits.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

test.each(['fg', 'quiet', 'ok', 'warn', 'bad', 'link'])('%s', (name) => {
  for (const mode of [0, 1] as const) {
    const [ground, text] = ['bg', name].map((one) => luminance(COLOURS.get(one)?.[mode] ?? ''));
    const [darker = 0, lighter = 0] = [ground ?? 0, text ?? 0].sort((a, b) => a - b);
    expect((lighter + 0.05) / (darker + 0.05)).toBeGreaterThanOrEqual(4.5);
  }
});

test('nothing is loaded from elsewhere, and nothing ends the element', () => {
  expect(STYLE).not.toMatch(/url\(|@import|</);
});
