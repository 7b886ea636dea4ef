import { describe, expect, test } from 'vitest';
import { planJson } from '../../../src/planning/format/write.js';
import { planHtml } from '../../../src/rendering/plan/html.js';
import { planMarkdown } from '../../../src/rendering/plan/markdown.js';
import { planSql } from '../../../src/rendering/plan/sql.js';
import { planText } from '../../../src/rendering/plan/text.js';
import { EVERY_KIND, HOSTILE_PLAN, NOTHING_TO_DO } from '../../support/states/example-plans.js';

const PLANS = { 'every-kind': EVERY_KIND, hostile: HOSTILE_PLAN, nothing: NOTHING_TO_DO };

describe.each(Object.entries(PLANS))('the plan %s', (name, plan) => {
  const golden = (extension: string): string => `./goldens/${name}.${extension}.golden`;

  test('as text', async () => {
    await expect(planText(plan, { color: false })).toMatchFileSnapshot(golden('txt'));
  });

  test('as text with colour', async () => {
    await expect(visible(planText(plan, { color: true }))).toMatchFileSnapshot(golden('color.txt'));
  });

  test('as JSON', async () => {
    await expect(planJson(plan)).toMatchFileSnapshot(golden('json'));
  });

  test('as Markdown', async () => {
    await expect(planMarkdown(plan)).toMatchFileSnapshot(golden('md'));
  });

  test('as HTML', async () => {
    await expect(planHtml(plan)).toMatchFileSnapshot(golden('html'));
  });

  test('as SQL', async () => {
    await expect(planSql(plan)).toMatchFileSnapshot(golden('sql'));
  });
});

/** Colour as `<31>`, so that the goldens hold no control characters. */
function visible(text: string): string {
  return text.replace(/\p{Cc}\[(\d+)m/gu, '<$1>');
}
