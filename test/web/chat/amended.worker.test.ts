import { describe, expect, it } from 'vitest';
import type { MessageJson } from '../../../src/chat/message.ts';
import type { RecipientOutcome } from '../../../src/notifications/operate/delivery-log.ts';
import { MessageItem } from '../../../src/web/chat/message-item.tsx';

const author = { id: 'maya', name: 'Maya', colour: 1, initials: 'M' };
const told = (name: string, sentAt: string | null, isTold = sentAt !== null): RecipientOutcome => ({
  userId: name,
  name,
  told: isTold,
  read: false,
  explanation: '',
  sentAt: sentAt === null ? null : Date.parse(sentAt),
});

/** The words of a message's item. */
function words(
  amended: Partial<MessageJson>,
  { own = true, body = 'Hello', told: list = [] as RecipientOutcome[] } = {},
): string {
  const html = String(
    MessageItem({
      message: {
        id: 'msg_1',
        threadId: 'thr_1',
        seq: 1,
        authorId: 'maya',
        authorName: 'Maya',
        body,
        fileIds: [],
        urgent: false,
        via: 'app',
        createdAt: '2026-05-03T13:00:00Z',
        editedAt: null,
        deletedAt: null,
        ...amended,
      },
      author,
      own,
      before: { day: null, unread: false, follows: false },
      seenBy: [],
      told: list,
      clock: { zone: 'UTC', hours: 12 },
      path: '/messages/thr_1',
    }),
  );
  return html
    .replace(/<svg.*?<\/svg>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

describe('a message that may change', () => {
  it('has a menu for its author alone', () => {
    expect(words({})).toMatch(/Menu of your message Edit Take back/);
    expect(words({}, { own: false })).not.toContain('Menu');
    expect(words({}, { body: '' })).not.toContain('Edit');
  });

  it('says that it was edited', () => {
    expect(words({ editedAt: '2026-05-03T13:05:00Z' }, { own: false })).toContain('edited · 1:00 PM');
    expect(words({})).not.toContain('edited');
  });
});

describe('a message that was taken back', () => {
  const gone = { deletedAt: '2026-05-03T13:05:00Z' };

  it('keeps its place, and has nothing to change any more', () => {
    expect(words(gone, { own: false, body: '' })).toContain('Maya took back a message');
    expect(words(gone, { own: false, body: '' })).not.toContain('Maya Maya');
    const own = words(gone, { body: '' });
    expect(own).toContain('You took back a message');
    expect(own).not.toMatch(/Menu|edited/);
  });

  it('tells its author, and nobody else, who had been texted', () => {
    const list = [
      told('Leo', '2026-05-03T13:02:00Z'),
      told('Sam', null),
      told('Ana', '2026-05-03T13:03:00Z'),
    ];
    expect(words(gone, { body: '', told: list })).toContain(
      'Leo was texted at 1:02 PM, Ana was texted at 1:03 PM; that cannot be unsent.',
    );
    expect(words(gone, { body: '', told: [told('Sam', null, true)] })).toContain(
      'Sam is being texted; that cannot be unsent.',
    );
    expect(words(gone, { body: '', told: [told('Sam', null)] })).toContain(
      'Taken back before anyone was texted.',
    );
    expect(words(gone, { own: false, body: '', told: [] })).not.toContain('texted');
  });
});
