import fc from 'fast-check';
import { expect, test } from 'vitest';
import { html } from '../../../../src/rendering/html/html.js';

test('a value is text in an element and in an attribute', () => {
  const value = `<script>alert("1" & '2')</script>`;
  expect(html`<p title="${value}">${value}</p>`.toString()).toBe(
    '<p title="&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;">' +
      '&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;</p>',
  );
});

test('markup and lists of it stay markup, numbers are text, undefined is nothing', () => {
  const items = ['a', 'b<'].map((item) => html`<li>${item}</li>`);
  expect(html`<ul>${items}</ul>${7}${undefined}${['x', 1]}`.toString()).toBe(
    '<ul><li>a</li><li>b&lt;</li></ul>7x1',
  );
});

test('characters that hide are visible', () => {
  expect(html`${'a\u202eb\u0000\n'}`.toString()).toBe('a\\u202eb\\x00\\n');
});

test('no value adds or ends an element or an attribute', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      expect(html`${value}`.toString()).not.toMatch(/[<>"']/);
    }),
  );
});
