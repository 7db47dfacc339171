import { sql } from '../../db/sql.ts';
import { STATUSES } from '../../db/statuses.ts';

/** See {@link STATUSES}. */
export type Status = (typeof STATUSES)[number];

/**
 * The state machine, as data: what may follow what. Every write of a status goes through {@link mayBecome}.
 * `undelivered` → `pending` is the one delayed retry of an unreachable handset.
 */
export const TRANSITIONS: Record<Status, readonly Status[]> = {
  pending: ['deferred', 'sending', 'suppressed', 'merged'],
  deferred: ['pending', 'deferred', 'suppressed', 'merged'],
  sending: ['sent', 'pending', 'failed'],
  sent: ['delivered', 'undelivered', 'failed'],
  undelivered: ['pending'],
  delivered: [],
  failed: [],
  suppressed: [],
  merged: [],
};

/** The states from which `to` may be reached. */
export const predecessors = (to: Status): Status[] =>
  STATUSES.filter((status) => TRANSITIONS[status].includes(to));

/** `status IN (…)`, as SQL: the states from which `to` may be reached. `prefix` names the table where needed. */
export const mayBecome = (to: Status, prefix = '') =>
  sql.raw(
    `${prefix}status IN (${predecessors(to)
      .map((status) => `'${status}'`)
      .join(', ')})`,
  );
