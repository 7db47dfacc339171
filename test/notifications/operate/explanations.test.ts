import { describe, expect, it } from 'vitest';
import {
  explain,
  explainToAuthor,
  type LoggedDelivery,
} from '../../../src/notifications/operate/explanations.ts';
import type { Reason } from '../../../src/notifications/send/policy.ts';

const NOW = Date.parse('2026-05-01T12:00:00Z');
const SEVEN = Date.parse('2026-05-02T11:00:00Z');
const ZONE = 'America/New_York';

const record: LoggedDelivery = {
  kind: 'message',
  status: 'pending',
  reason: null,
  dueAt: null,
  sentAt: null,
  deliveredAt: null,
  error: null,
};

const REASONS: Reason[] = [
  ...([
    'opted_out',
    'unverified',
    'phone_unusable',
    'country_not_allowed',
    'left_thread',
    'retracted',
    'expired',
  ] as const),
  ...(['read', 'muted', 'online', 'quiet_hours', 'rate_limited', 'daily_cap'] as const),
];

describe('explain', () => {
  it.each<[Partial<LoggedDelivery>, string]>([
    [{}, 'The text is about to leave.'],
    [{ dueAt: NOW - 1 }, 'The text is about to leave.'],
    [{ dueAt: NOW + 60_000, error: '20429' }, 'The text could not leave yet and would go at 8:01 AM.'],
    [
      { status: 'deferred', reason: 'quiet_hours', dueAt: SEVEN },
      'These are your quiet hours; unless you read the message before, a text would go at 7:00 AM tomorrow.',
    ],
    [
      {
        status: 'deferred',
        reason: 'quiet_hours',
        dueAt: SEVEN,
        quiet: { house: true, clock: { zones: ['America/New_York'], by: 'family' } },
      },
      'No texts are sent at this hour; unless you read the message before, a text would go at 7:00 AM tomorrow.',
    ],
    [
      {
        status: 'deferred',
        reason: 'quiet_hours',
        dueAt: SEVEN,
        quiet: { house: false, clock: { zones: ['America/New_York'], by: 'number' } },
      },
      'These are your quiet hours by the clock of New York, which is that of your number’s area code; unless you read the message before, a text would go at 7:00 AM tomorrow.',
    ],
    [
      {
        status: 'deferred',
        reason: 'quiet_hours',
        dueAt: SEVEN,
        quiet: { house: false, clock: { zones: ['America/New_York', 'America/Denver'], by: 'country' } },
      },
      'These are your quiet hours in one of the time zones of your number’s country; unless you read the message before, a text would go at 7:00 AM tomorrow.',
    ],
    [
      { status: 'deferred', reason: 'online', dueAt: NOW + 60_000 },
      'You are in the chat right now; unless you read the message there, a text would go at 8:01 AM.',
    ],
    [
      { status: 'deferred', reason: 'rate_limited', dueAt: NOW + 120_000 },
      'You were texted about this conversation not long ago; the next text would go at 8:02 AM.',
    ],
    [
      { status: 'deferred', reason: 'daily_cap', dueAt: SEVEN },
      'The number of texts for one day is used up; this one would go at 7:00 AM tomorrow.',
    ],
    [
      { status: 'deferred', reason: 'daily_cap', dueAt: NOW },
      'The number of texts for one day is used up; this one would go any minute.',
    ],
    [
      { status: 'deferred', reason: 'daily_cap', reasonDetail: 'author_share', dueAt: SEVEN },
      'The share of a day’s texts that one author may take is used up; this one would go at 7:00 AM tomorrow.',
    ],
    [
      { status: 'deferred', reason: 'daily_cap', reasonDetail: 'urgent_reserve', dueAt: SEVEN },
      'The last texts of a day are kept for urgent messages; this one would go at 7:00 AM tomorrow.',
    ],
    [
      { status: 'suppressed', reason: 'daily_cap', reasonDetail: 'service_budget' },
      'This service had sent as many texts as it may for the time being, so none was sent.',
    ],
    [
      { status: 'deferred', reason: 'rate_limited', reasonDetail: 'every_thread', dueAt: NOW + 60_000 },
      'You were texted about several conversations just now; the next text would go at 8:01 AM.',
    ],
    [
      { status: 'suppressed', reason: 'read', reasonDetail: 'every_thread' },
      'You had already read the message, so no text was needed.',
    ],
    [
      { status: 'suppressed', reason: 'daily_cap', reasonDetail: 'urgent_reserve' },
      'The last texts of the day were kept for urgent messages, so none was sent.',
    ],
    [{ status: 'deferred', dueAt: SEVEN }, 'The text has to wait; it would go at 7:00 AM tomorrow.'],
    [{ status: 'deferred', reason: 'new_one' }, 'The text has to wait; it would go any minute.'],
    [
      { status: 'failed', error: 'unknown' },
      'The text may have reached you; whether it was sent never became known.',
    ],
    [{ status: 'sending' }, 'The text is leaving right now.'],
    [
      { status: 'sent', sentAt: NOW },
      'The text was sent at 8:00 AM; your phone company has not said yet whether it arrived.',
    ],
    [
      { status: 'delivered', sentAt: NOW, deliveredAt: NOW + 60_000 },
      'The text reached your phone at 8:01 AM.',
    ],
    [{ status: 'delivered' }, 'The text reached your phone.'],
    [
      { status: 'delivered', kind: 'test', deliveredAt: NOW },
      'Your test text reached your phone at 8:00 AM.',
    ],
    [
      { status: 'undelivered', sentAt: NOW, error: '30003' },
      'The text was sent at 8:00 AM but did not reach your phone, because it was switched off or out of reach.',
    ],
    [
      { status: 'undelivered', sentAt: NOW, error: '30007' },
      'The text was sent at 8:00 AM but did not reach your phone, because your phone company blocked it.',
    ],
    [
      { status: 'undelivered', error: '30006' },
      'The text was sent but did not reach your phone, because your number cannot receive texts.',
    ],
    [{ status: 'undelivered', error: '30008' }, 'The text was sent but did not reach your phone.'],
    [
      { status: 'failed', error: '21614' },
      'The text could not be sent, because your number cannot receive texts.',
    ],
    [{ status: 'failed', error: '20003' }, 'The text could not be sent because of a fault on our side.'],
    [{ status: 'failed', error: '30034' }, 'The text could not be sent because of a fault on our side.'],
    [
      { status: 'failed', error: '21408' },
      'The text could not be sent, because we may not text your country.',
    ],
    [{ status: 'failed', error: 'attempts' }, 'The text could not be sent.'],
    [{ status: 'failed' }, 'The text could not be sent.'],
    [
      { status: 'failed', error: '21610' },
      'You asked your phone company to stop our texts, so none was sent; text START to our number to allow them again.',
    ],
    [
      { status: 'suppressed', reason: 'opted_out', error: '21610' },
      'You asked your phone company to stop our texts, so none was sent; text START to our number to allow them again.',
    ],
    [
      { status: 'suppressed', reason: 'opted_out', carrierOptedOutAt: 1 },
      'You asked your phone company to stop our texts, so none was sent; text START to our number to allow them again.',
    ],
    [
      { status: 'suppressed', reason: 'opted_out' },
      'Texts to you are turned off, so none was sent; you can turn them on in your settings.',
    ],
    [{ status: 'suppressed', reason: 'muted' }, 'You have muted this conversation, so no text was sent.'],
    [{ status: 'suppressed', reason: 'read' }, 'You had already read the message, so no text was needed.'],
    [{ status: 'suppressed', reason: 'new_one' }, 'No text was sent.'],
    [{ status: 'suppressed' }, 'No text was sent.'],
    [{ status: 'merged' }, 'You were told of this message in another text.'],
    [{ status: 'merged', leadStatus: 'delivered' }, 'You were told of this message in another text.'],
    [
      { status: 'merged', leadStatus: 'undelivered', leadError: '30003' },
      'Another text told of this message, but it did not reach your phone.',
    ],
    [
      { status: 'merged', leadStatus: 'pending' },
      'Another text, which tells of this message, did not reach your phone; it is to be sent again.',
    ],
  ])('%j', (more, sentence) => {
    expect(explain({ ...record, ...more }, NOW, ZONE)).toBe(sentence);
  });

  it('has one plain sentence for every reason, none like another', () => {
    const sentences = REASONS.map((reason) =>
      explain({ ...record, status: 'suppressed', reason }, NOW, ZONE),
    );
    expect(new Set(sentences).size).toBe(REASONS.length);
    for (const sentence of sentences) {
      expect(sentence).toMatch(/^[A-Z][^.]*\.$/);
      expect(sentence).not.toMatch(/_|null|undefined|suppress|deliver(?:y|ed)|pending/);
    }
  });

  it('tells the time of whatever waits, for every reason', () => {
    for (const reason of [...REASONS, null]) {
      const sentence = explain({ ...record, status: 'deferred', reason, dueAt: SEVEN }, NOW, ZONE);
      expect(sentence).toMatch(/ would go at 7:00 AM tomorrow\.$/);
    }
  });

  it('takes UTC for a zone that is none', () => {
    expect(explain({ ...record, status: 'delivered', deliveredAt: NOW }, NOW, 'Mars/Olympus_Mons')).toBe(
      'The text reached your phone at 12:00 PM.',
    );
  });
});

describe('explainToAuthor', () => {
  const LATER = { told: false, text: 'will see it later' };
  const view = (
    status: LoggedDelivery['status'],
    reason: string | null = null,
    error: string | null = null,
  ) => explainToAuthor({ status, reason, error });

  it.each([
    ['pending', { told: false, text: 'is being told by text' }],
    ['sending', { told: false, text: 'is being told by text' }],
    ['sent', { told: true, text: 'was sent a text' }],
    ['delivered', { told: true, text: 'was told by text' }],
    ['merged', { told: true, text: 'was told by text' }],
    ['undelivered', { told: false, text: 'could not be reached by text and will see it later' }],
    ['failed', { told: false, text: 'could not be reached by text and will see it later' }],
  ] as const)('%s', (status, expected) => {
    expect(view(status)).toEqual(expected);
    expect(view(status, null, '30003')).toEqual(expected);
  });

  it('sees what was merged as the text that told of it', () => {
    const merged = (leadStatus: LoggedDelivery['status'], leadError: string | null = null) =>
      explainToAuthor({ status: 'merged', reason: null, error: null, leadStatus, leadError });
    for (const status of ['sent', 'delivered', 'pending', 'undelivered', 'failed'] as const) {
      expect(merged(status, '30003')).toEqual(view(status, null, '30003'));
    }
    expect(merged('failed', '21610')).toEqual(LATER);
    expect(merged('suppressed')).toEqual(LATER);
  });

  it('tells of reading and leaving, which the thread shows anyway', () => {
    expect(view('suppressed', 'read')).toEqual({ told: true, text: 'has already read it' });
    expect(view('suppressed', 'left_thread')).toEqual({ told: false, text: 'has left the conversation' });
  });

  it('says the same of everyone whose settings, presence or phone kept the text back', () => {
    const privately = REASONS.filter((reason) => reason !== 'read' && reason !== 'left_thread');
    for (const reason of [...privately, 'new_one', null]) expect(view('suppressed', reason)).toEqual(LATER);
    for (const reason of [...REASONS, null]) expect(view('deferred', reason)).toEqual(LATER);
    expect(view('failed', null, '21610')).toEqual(LATER);
    expect(view('undelivered', null, '21610')).toEqual(LATER);
    expect(view('undelivered', null, '30004')).toEqual(LATER);
    expect(view('suppressed', 'opted_out', '21610')).toEqual(LATER);
  });
});
