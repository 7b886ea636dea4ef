/** Why a session ended, in our terms. */

import { LenkwerkError } from '../model/errors.js';
import { codeOf, toLenkwerkError } from '../postgres/errors.js';
import { SQLSTATE } from './sqlstate.js';

export function unreadable(cause: unknown): LenkwerkError {
  return new LenkwerkError('database-error', 'the replication stream holds an unknown message', {
    cause,
  });
}

export function internal(cause: unknown): LenkwerkError {
  return new LenkwerkError('database-error', 'a change could not be handled', { cause });
}

export function streamFailure(error: unknown): LenkwerkError {
  switch (codeOf(error)) {
    case SQLSTATE.objectInUse:
      return new LenkwerkError('slot-in-use', 'another agent reads the slot', {
        cause: error,
        retryable: true,
      });
    case SQLSTATE.notInPrerequisiteState:
    case SQLSTATE.undefinedObject:
      return new LenkwerkError('resync-required', 'the slot or the publication cannot go on', {
        cause: error,
      });
    default:
      return toLenkwerkError(error);
  }
}
