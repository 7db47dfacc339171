import { describe, expect, it } from 'vitest';
import {
  predecessors,
  type Status,
  TRANSITIONS,
} from '../../../src/notifications/deliveries/delivery-status.ts';

describe('the state machine', () => {
  it.each<[Status, Status[]]>([
    ['pending', ['deferred', 'sending', 'suppressed', 'merged']],
    ['deferred', ['pending', 'deferred', 'suppressed', 'merged']],
    ['sending', ['sent', 'pending', 'failed']],
    ['sent', ['delivered', 'undelivered', 'failed', 'pending']],
    ['undelivered', ['pending']],
    ['delivered', []],
    ['failed', []],
    ['suppressed', []],
    ['merged', ['pending', 'suppressed']],
  ])('lets %s become %j', (status, next) => {
    expect(TRANSITIONS[status]).toEqual(next);
    for (const to of next) expect(predecessors(to)).toContain(status);
  });
});
