/** Gives every row of an ordered table a distinct place, and moves as few rows as possible. */

import type { TimeBound } from '../model/resources.js';
import { type PeriodRule, presence } from './periods.js';

type OrderedRow = TimeBound & { readonly ordinality: number };

export interface Assignment {
  /** Of the wanted rows, in the wanted order: strictly increasing. */
  readonly wanted: readonly number[];
  /** Of the other rows, which keep their places free of collisions. */
  readonly others: readonly number[];
  /** Wanted rows that existed changed their relative order. */
  readonly reordered: boolean;
  /** A row was inserted before an existing one. */
  readonly insertedInside: boolean;
}

/** The place of a wanted row. */
interface Place {
  readonly ordinality: number;
  /**
   * False for a row that had ended: it may be inserted like a new one when its place does not fit.
   */
  readonly holds: boolean;
}

/** The place of a recorded row under a rule; undefined for a new row. */
export function placeOf(row: OrderedRow | undefined, rule: PeriodRule): Place | undefined {
  if (row === undefined) return undefined;
  return { ordinality: row.ordinality, holds: presence(row, rule) !== 'history' };
}

/**
 * `wanted` holds the recorded place of each wanted row, undefined for a new one; `others` the
 * ordinalities of rows that stay in the table without being wanted. New rows at the end follow the
 * highest ordinality; new rows before an existing one take its place and move all rows from there
 * on up.
 */
export function assignOrdinalities(
  wanted: readonly (Place | undefined)[],
  others: readonly number[],
): Assignment {
  const all = assign(
    wanted.map((place) => place?.ordinality),
    others,
  );
  if (!all.reordered) return all;
  const holding = wanted.map((place) => (place?.holds ? place.ordinality : undefined));
  return assign(holding, others);
}

function assign(wanted: readonly (number | undefined)[], others: readonly number[]): Assignment {
  const kept = wanted.filter((place) => place !== undefined);
  const sorted = [...kept].sort((a, b) => a - b);
  const reordered = kept.some((place, position) => place !== sorted[position]);
  const shift = new Shift();
  const places: number[] = [];
  let nextKept = 0;
  let pending = 0;
  for (const place of wanted) {
    if (place === undefined) {
      pending += 1;
      continue;
    }
    const target = sorted[nextKept] ?? place;
    nextKept += 1;
    for (let step = 0; step < pending; step += 1) places.push(shift.apply(target) + step);
    shift.makeRoom(target, pending);
    pending = 0;
    places.push(shift.apply(target));
  }
  const insertedInside = shift.total > 0;
  const moved = others.map((place) => shift.apply(place));
  const highest = Math.max(-1, places.at(-1) ?? -1, ...moved);
  for (let step = 1; step <= pending; step += 1) places.push(highest + step);
  return { wanted: places, others: moved, reordered, insertedInside };
}

/** The sum of all moves so far: rows at or after a place move up by the number of inserted rows. */
class Shift {
  readonly #rooms: { readonly from: number; readonly by: number }[] = [];
  total = 0;

  makeRoom(from: number, by: number): void {
    if (by === 0) return;
    this.#rooms.push({ from, by });
    this.total += by;
  }

  apply(place: number): number {
    return this.#rooms.reduce((moved, { from, by }) => (place >= from ? moved + by : moved), place);
  }
}
