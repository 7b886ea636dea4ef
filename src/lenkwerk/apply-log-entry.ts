/** One entry of the log of applies, and what seals it. */
import { createHash } from 'node:crypto';
import type { LoggedPlan } from '../planning/plan.js';

/** Why and by whom an apply is made, as the caller knows it. */
export interface ApplyOrigin {
  /** Who asked for it, as the caller tells. */
  readonly author: string | null;
  /** The commit of the manifests. */
  readonly gitCommit: string | null;
  /** The pipeline's identity as JSON text. */
  readonly ci: string | null;
}

export interface ApplyRecord extends ApplyOrigin, LoggedPlan {
  readonly uuid: string;
}

export interface ApplyLogEntry extends ApplyRecord {
  readonly id: bigint;
  /** UTC, with microseconds: `2026-11-23 10:00:00.123456+00`. */
  readonly appliedAt: string;
  /** As whom the session was authenticated. */
  readonly databaseUser: string;
  readonly previousDigest: string | null;
  /** SHA-256, 64 hexadecimal digits. */
  readonly digest: string;
}

/** The entry without the bulk of plan and desired state. */
export type ApplyLogSummary = Omit<ApplyLogEntry, 'plan' | 'desired' | 'previousDigest' | 'digest'>;

/** SHA-256 over every column but the id, the digest of the entry before included. */
export function digestOf(entry: Omit<ApplyLogEntry, 'id' | 'digest'>): string {
  const sealed = [
    entry.previousDigest,
    entry.uuid,
    entry.appliedAt,
    entry.databaseUser,
    entry.author,
    entry.gitCommit,
    entry.ci,
    entry.plan,
    entry.desired,
  ];
  return createHash('sha256').update(JSON.stringify(sealed)).digest('hex');
}
