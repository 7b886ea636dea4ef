/** The resync that was refused since it would delete too much: it is not begun again by itself. */
import { isDeepStrictEqual } from 'node:util';
import type { StoredValue } from '../../../kvstore/store.js';
import { LenkwerkError } from '../../../model/errors.js';
import type { Standing } from '../../source/source-database.js';
import type { Stored } from '../starting-point.js';

/** What a refusal is about. Not the activation, which a resync replaces before it is refused. */
interface Judged extends Pick<Standing, 'systemId' | 'timeline' | 'cluster'> {
  readonly held: StoredValue | undefined;
}

/** Of one agent, as long as it runs. */
export class RefusedResync {
  #last: { readonly error: LenkwerkError; readonly judged: Judged } | undefined;

  /**
   * Throws the last refusal again, without reading tables and store again, while the checkpoint and
   * the database are the same ones.
   */
  check(stored: Stored, standing: Standing): void {
    const last = this.#last;
    if (last !== undefined && isDeepStrictEqual(last.judged, judgedOf(stored, standing))) {
      throw last.error;
    }
  }

  /** The outcome of a resync; a refusal is remembered. */
  async remember<T>(resync: Promise<T>, stored: Stored, standing: Standing): Promise<T> {
    try {
      return await resync;
    } catch (error) {
      if (error instanceof LenkwerkError && error.code === 'mass-delete') {
        this.#last = { error, judged: judgedOf(stored, standing) };
      }
      throw error;
    }
  }
}

function judgedOf({ held }: Stored, { systemId, timeline, cluster }: Standing): Judged {
  return { held, systemId, timeline, cluster };
}
