/** Verifies one store from a session of its own, as `lenkwerk verify` does for each target. */
import type { Client } from 'pg';
import { withTimeout } from '../../../src/runtime/async.js';
import type { PublishedSide } from '../../../src/verifying/compare-published.js';
import { verifyAndRepair } from '../../../src/verifying/repair.js';
import { VerifySession } from '../../../src/verifying/session.js';
import type { TargetReport } from '../../../src/verifying/verdict.js';
import { type TargetRequest, verifyTarget } from '../../../src/verifying/verify.js';

export interface StoreRequest extends Omit<PublishedSide, 'cluster'> {
  readonly database: Client;
  readonly timeoutMs: number;
  readonly wait?: boolean;
}

type Repaired = Readonly<Record<'found' | 'now', TargetReport>>;

export function verifyStore(request: StoreRequest) {
  const asked = askedOf(request);
  const { signal } = asked;
  return withTimeout(signal, request.timeoutMs, (deadline) => verifyTarget(asked, deadline));
}

export function repairStore(request: StoreRequest): Promise<Repaired> {
  const asked = askedOf(request);
  const { signal } = asked;
  return withTimeout(signal, request.timeoutMs, (deadline) => verifyAndRepair(asked, deadline));
}

function askedOf({ database, wait = false, ...side }: StoreRequest): TargetRequest {
  const { signal } = new AbortController();
  return { ...side, session: new VerifySession(database), wait, signal, cluster: undefined };
}
