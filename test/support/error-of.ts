import { LenkwerkError } from '../../src/model/errors.js';

/** The LenkwerkError that a call throws; throws when there is none. */
export function errorOf(call: () => unknown): LenkwerkError {
  try {
    call();
  } catch (error) {
    if (error instanceof LenkwerkError) return error;
  }
  throw new Error('no LenkwerkError was thrown');
}
