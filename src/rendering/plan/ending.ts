/** What a plan ends with: remarks, times, counts, and the dangers. */
import { KINDS, type Kind, TIMED_SECTIONS } from '../../model/kinds.js';
import { counted, printable } from '../../model/text.js';
import type { Change } from '../../planning/change.js';
import { MEANINGS } from '../../planning/dangers.js';
import type { Danger } from '../../planning/format/generated/dangers.js';
import type {
  Boundaries,
  PartialPlan,
  Plan,
  PlanSummary,
  UnmanagedSection,
} from '../../planning/plan.js';
import type { RenderOptions } from '../options.js';
import { PHRASES, painter } from './paint.js';

/** The plan without its changes: how many there are of each sort, then what follows them. */
export function planSummaryText(plan: Plan, options: RenderOptions): string {
  const actions = new Map<Kind, Map<string, number>>();
  for (const { kind, action } of plan.changes) {
    const counts = actions.get(kind) ?? new Map<string, number>();
    counts.set(PHRASES[action], (counts.get(PHRASES[action]) ?? 0) + 1);
    actions.set(kind, counts);
  }
  const lines = Array.from(actions, ([kind, counts]) => {
    const parts = Array.from(counts, ([phrase, count]) => `${count} ${phrase}`);
    return `${KINDS[kind].title}: ${parts.join(', ')}`;
  });
  return joinBlocks([lines.join('\n'), ...endingBlocks(plan, options)]);
}

/** The blocks of lines in order; empty ones count for nothing. */
export function endingBlocks(plan: Plan, options: RenderOptions): readonly string[] {
  const paint = painter(options);
  const remarks = [
    ...partialLines(plan.partial),
    ...unmanagedLines(plan.unmanaged),
    ...plan.notices.map((notice) => `note: ${printable(notice)}`),
  ].map((line) => paint('dim', line));
  if (plan.changes.length === 0) {
    return [paint('green', nothingToChange(plan)), remarks.join('\n')];
  }
  const times = effectLines(plan.boundaries, plan.changes);
  return [
    [...remarks, ...times].join('\n'),
    paint('bold', summaryLine(plan.summary)),
    dangerSummary(plan, options),
  ];
}

/** `Plan: 2 to add, 1 to change, 0 to expire, 0 to delete.` */
export function summaryLine(summary: PlanSummary): string {
  const { add, change, expire } = summary;
  return `Plan: ${add} to add, ${change} to change, ${expire} to expire, ${summary.delete} to delete.`;
}

/** The dangers of one plan with what each means, and the flag that allows them; empty for none. */
function dangerSummary(plan: Plan, options: RenderOptions): string {
  const paint = painter(options);
  const counts = dangerCounts(plan);
  if (counts.size === 0) return '';
  const lines = Array.from(counts, ([danger, count]) => {
    const source = options.allowedBy?.get(danger);
    const how = source === undefined ? '' : ` (allowed by ${printable(source)})`;
    return paint('red', `! ${danger}, ${times(count)}: ${MEANINGS[danger]}${how}`);
  });
  return [...lines, ...allowLines([...counts.keys()], options)].join('\n');
}

/** How many changes hold each danger, the rarest first. */
export function dangerCounts({ changes }: Pick<Plan, 'changes'>): ReadonlyMap<Danger, number> {
  const counts = new Map<Danger, number>();
  for (const { dangers } of changes) {
    for (const danger of dangers) counts.set(danger, (counts.get(danger) ?? 0) + 1);
  }
  return new Map([...counts].sort(([, a], [, b]) => a - b));
}

/** `To allow what is not allowed yet: --allow a,b`, or empty. */
export function allowLines(
  dangers: readonly Danger[],
  { allowedBy, done = false }: RenderOptions,
): readonly string[] {
  const missing = dangers.filter((danger) => allowedBy?.has(danger) !== true);
  return done || missing.length === 0 ? [] : [`To apply it: --allow ${missing.join(',')}`];
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

/** The sentence for a plan without changes. */
export function nothingToChange({ partial, setStatus }: Plan): string {
  if (setStatus !== undefined) return `No changes: the status is ${setStatus.status} already.`;
  if (partial === null) return 'No changes: the recorded state is what the manifests ask for.';
  return 'No changes in this part: what was chosen is recorded as the manifests ask for.';
}

/** The number of changes left out, then the selection of a partial plan; empty for a whole one. */
export function partialLines(partial: PartialPlan | null): readonly string[] {
  if (partial === null) return [];
  const { targets, excludes, leftOut } = partial;
  const flags = [
    ...targets.map((pattern) => `--only ${printable(pattern)}`),
    ...excludes.map((pattern) => `--exclude ${printable(pattern)}`),
  ].join(' ');
  const changes = counted(leftOut, 'change is', 'changes are');
  return [`PARTIAL PLAN, ${changes} left out: ${flags}`];
}

/** `not managed here: indexes (7 recorded), config (2 recorded)`, or empty. */
export function unmanagedLines(unmanaged: readonly UnmanagedSection[]): readonly string[] {
  if (unmanaged.length === 0) return [];
  const sections = unmanaged.map(({ section, recorded }) => `${section} (${recorded} recorded)`);
  return [`not managed here: ${sections.join(', ')}`];
}

/** When changes of dimensions and indexes take effect; empty outside of production. */
export function effectLines(boundaries: Boundaries, changes: readonly Change[]): readonly string[] {
  return TIMED_SECTIONS.flatMap((timed) => {
    const when = boundaries[timed];
    if (when === null || !changes.some(({ kind }) => KINDS[kind].timed === timed)) return [];
    return [`${timed} take effect at ${when} UTC`];
  });
}

/** Blank lines between the blocks, newline at the end. */
export function joinBlocks(blocks: readonly string[]): string {
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}
