/** Collects the problems of manifests: however many there are, few are kept and shown. */
import type { SourcePlace } from '../../model/resources.js';
import type { Span } from '../../model/text.js';
import { type Located, markOf, type ProblemDetails, type SourceFile } from '../source.js';
import {
  compareDiagnostics,
  type Diagnostic,
  type FoundProblems,
  MAX_SHOWN_PROBLEMS,
} from './diagnostic.js';

/** A problem whose words are found only when it is shown. */
interface Pending extends SourcePlace {
  readonly make: () => Diagnostic;
  /** Where it begins; undefined for one of another step. */
  readonly start: Start | undefined;
}

interface Start {
  readonly file: SourceFile;
  readonly offset: number;
}

/** The problems of one step: all are counted, the first ones by place are kept. */
export class ProblemList {
  readonly #kept: Pending[] = [];
  #count = 0;
  /** Of the last problem that is kept, when no more are: those behind it need not be looked at. */
  #last: Start | undefined;

  get count(): number {
    return this.#count;
  }

  /** `details` is called only if the problem is among the first ones. */
  add(file: SourceFile, span: Span, details: () => ProblemDetails): void {
    this.#count += 1;
    const start = { file, offset: span.start };
    if (this.#last?.file === file && this.#last.offset <= start.offset) return;
    const make = () => file.problem(span, details());
    this.#keep({ ...file.place(span.start), make, start });
  }

  /** The same at a node: at a scalar whole, at the first key of a mapping. */
  addAt(at: Located, details: () => Omit<ProblemDetails, 'path'>): void {
    this.add(at.file, markOf(at.node), () => ({ path: at.path, ...details() }));
  }

  /** The problems of another step. */
  addAll({ first, count }: FoundProblems): void {
    this.#count += count;
    for (const problem of first) this.#keep({ ...problem, make: () => problem, start: undefined });
  }

  /** Sorted by place. */
  found(): FoundProblems {
    this.#cut();
    return { first: this.#kept.map(({ make }) => make()), count: this.#count };
  }

  #keep(problem: Pending): void {
    this.#kept.push(problem);
    if (this.#kept.length >= 2 * MAX_SHOWN_PROBLEMS) this.#cut();
  }

  #cut(): void {
    this.#kept.sort(compareDiagnostics);
    if (this.#kept.length < MAX_SHOWN_PROBLEMS) return;
    this.#kept.length = MAX_SHOWN_PROBLEMS;
    this.#last = this.#kept.at(-1)?.start;
  }
}
