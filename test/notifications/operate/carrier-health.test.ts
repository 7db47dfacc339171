import { describe, expect, it } from 'vitest';
import {
  failedTries,
  type TextsSeen,
  troublesOf,
} from '../../../src/notifications/operate/carrier-health.ts';

const NOW = Date.UTC(2026, 5, 1, 3);
const quiet: TextsSeen = {
  lastAcceptedAt: null,
  lastFailedAt: null,
  waiting: { texts: 0, people: 0, families: 0, oldestAt: null },
  inDoubt: 0,
  tries: { five: [], sixty: [] },
  down: [],
};
const waiting = (minutes: number, texts = 640) => ({
  texts,
  people: 12,
  families: 3,
  oldestAt: NOW - minutes * 60_000,
});
const seen = (change: Partial<TextsSeen>): TextsSeen => ({ ...quiet, ...change });
const tries = (...five: [string, number][]) => ({
  five: five.map(([code, count]) => ({ code, count })),
  sixty: [],
});
const kinds = (change: Partial<TextsSeen>) => troublesOf(seen(change), NOW).map(({ kind }) => kind);

describe('what is wrong with texts now', () => {
  it.each<[string, Partial<TextsSeen>, string[]]>([
    ['nothing is tried', {}, []],
    ['all are taken', { tries: tries(['', 40]) }, []],
    ['one in ten is not answered', { tries: tries(['', 36], ['no_answer', 4]) }, []],
    ['numbers are refused, each for its own sake', { tries: tries(['21211', 5], ['21610', 5]) }, []],
    ['one request is out, for a moment', { inDoubt: 1, waiting: waiting(1, 1) }, []],
    ['no request is answered', { inDoubt: 100, waiting: waiting(1) }, ['carrier_silent']],
    [
      'a single text is not answered for two minutes',
      { inDoubt: 1, waiting: waiting(2, 1) },
      ['carrier_silent'],
    ],
    ['look-ups did not find them', { tries: tries(['no_answer', 9], ['', 2]) }, ['carrier_silent']],
    [
      'others have been taken in a later minute',
      { tries: tries(['no_answer', 9], ['', 2]), lastFailedAt: NOW - 120_000, lastAcceptedAt: NOW - 60_000 },
      [],
    ],
    [
      'others have been taken in the same minute',
      { tries: tries(['no_answer', 9], ['', 2]), lastFailedAt: NOW - 60_000, lastAcceptedAt: NOW - 60_000 },
      ['carrier_silent'],
    ],
    ['the account is refused', { tries: tries(['20003', 9], ['no_answer', 1]) }, ['carrier_refuses']],
    ['texts wait although others go', { tries: tries(['', 90]), waiting: waiting(11) }, ['texts_late']],
    ['a database is silent', { down: ['d1:1'] }, ['database_silent']],
  ])('when %s', (_, change, expected) => expect(kinds(change)).toEqual(expected));

  it('says whom it hits, since when, and what to do', () => {
    const [trouble] = troublesOf(seen({ inDoubt: 100, waiting: waiting(4) }), NOW);
    expect(trouble?.message).toBe(
      'The carrier is not answering; we go on trying. 640 texts to 12 people wait, the oldest for 4 minutes. ' +
        'Look at status.twilio.com; nothing is lost, and nothing needs to be sent again.',
    );
    expect(failedTries([{ code: '', count: 3 }], 1)).toEqual({ failed: 1, share: 0.25 });
  });
});
