import fc from 'fast-check';
import { SegmentedMessage } from 'sms-segments-calculator';
import { describe, expect, it } from 'vitest';
import {
  composeNotification,
  composeTest,
  type NotificationInput,
} from '../../../src/notifications/text/compose.ts';
import { foldToGsm7 } from '../../../src/platform/sms/sms-text.ts';
import { anyText } from '../../support/any-text.ts';

const LINK = 'https://portal.familycirclesecure.com/l/7Hq3vXkTz9WmPc2R';
const END = `\n${LINK} Reply STOP to opt out`;
const SUNDAY = 'Are you coming for dinner on Sunday?';

const base: NotificationInput = {
  brand: 'FamilyCircleSecure',
  senders: ['Grandma Rosa'],
  count: 1,
  newest: { body: SUNDAY, fileCount: 0 },
  preview: 'full',
  urgent: false,
  link: LINK,
  maxSegments: 1,
};
const words = (body: string, fileCount = 0) => ({ newest: { body, fileCount } });

describe('composeNotification', () => {
  it('writes the text of the contract', () => {
    expect(composeNotification(base)).toEqual({
      body: `FamilyCircleSecure: Grandma Rosa: "Are you coming for dinner on Sunday?"\n${LINK} Reply STOP to opt out`,
      encoding: 'GSM-7',
      segments: 1,
    });
  });

  it.each<[string, Partial<NotificationInput>, string]>([
    ['urgent', { urgent: true }, `URGENT FamilyCircleSecure: Grandma Rosa: "${SUNDAY}"`],
    [
      'last of the day',
      { lastToday: true, ...words('Dinner?') },
      'FamilyCircleSecure: Grandma Rosa: "Dinner?" (last text for today)',
    ],
    [
      'last of the day, long',
      { lastToday: true },
      'FamilyCircleSecure: Grandma Rosa: "Are you coming for d..." (last text for today)',
    ],
    [
      'long',
      words('Are you coming for dinner on Sunday? I will cook what you like most'),
      'FamilyCircleSecure: Grandma Rosa: "Are you coming for dinner on Sunday? I wil..."',
    ],
    [
      'several senders',
      { senders: ['Rosa', 'Ben', 'Lea'], count: 5, ...words('Dinner?') },
      'FamilyCircleSecure: Rosa and 2 more: 5 new messages: "Dinner?"',
    ],
    [
      'several senders, long',
      { senders: ['Rosa', 'Ben', 'Lea'], count: 5 },
      'FamilyCircleSecure: Rosa and 2 more: 5 new messages: "Are you coming for dinn..."',
    ],
    [
      'one sender, several',
      { senders: ['Rosa'], count: 3, ...words('Dinner?') },
      'FamilyCircleSecure: Rosa: 3 new messages: "Dinner?"',
    ],
    [
      'several, newest unknown',
      { senders: ['Rosa', 'Ben'], count: 2, newest: null },
      'FamilyCircleSecure: Rosa and 1 more: 2 new messages',
    ],
    [
      'several, newest a file',
      { senders: ['Rosa'], count: 2, ...words('', 1) },
      'FamilyCircleSecure: Rosa: 2 new messages',
    ],
    ['sender only', { preview: 'sender' }, 'FamilyCircleSecure: Grandma Rosa sent a message'],
    [
      'sender only, files',
      { preview: 'sender', ...words('', 2) },
      'FamilyCircleSecure: Grandma Rosa sent a message',
    ],
    [
      'sender only, several',
      { preview: 'sender', senders: ['Rosa', 'Ben', 'Lea'], count: 5 },
      'FamilyCircleSecure: Rosa and 2 more: 5 new messages',
    ],
    [
      'sender only, one sender',
      { preview: 'sender', senders: ['Rosa'], count: 3 },
      'FamilyCircleSecure: Rosa: 3 new messages',
    ],
    ['nothing', { preview: 'none' }, 'FamilyCircleSecure: You have a new message'],
    [
      'nothing, several',
      { preview: 'none', senders: ['Rosa', 'Ben'], count: 5 },
      'FamilyCircleSecure: 5 new messages',
    ],
    [
      'nothing, urgent',
      { preview: 'none', urgent: true },
      'URGENT FamilyCircleSecure: You have a new message',
    ],
    [
      'nothing, last of the day',
      { preview: 'none', lastToday: true },
      'FamilyCircleSecure: You have a new message (last text for today)',
    ],
    ['files alone', words('', 1), 'FamilyCircleSecure: Grandma Rosa: [Attachment]'],
    ['files and spaces', words(' \u200B\n', 3), 'FamilyCircleSecure: Grandma Rosa: [Attachment]'],
    ['files and words', words('Look!', 2), 'FamilyCircleSecure: Grandma Rosa: "Look!"'],
    ['newest unknown', { newest: null }, 'FamilyCircleSecure: Grandma Rosa sent a message'],
    ['nameless', { senders: [''] }, `FamilyCircleSecure: Someone: "${SUNDAY}"`],
    ['nobody', { senders: [] }, `FamilyCircleSecure: Someone: "${SUNDAY}"`],
    ['invisible name', { senders: ['\u200B \u3164'], ...words('Hi') }, 'FamilyCircleSecure: Someone: "Hi"'],
    ['emoji for a name', { senders: ['\u{1F475}'], ...words('Hi') }, 'FamilyCircleSecure: Someone: "Hi"'],
    [
      'emoji left out',
      words('Happy birthday \u{1F389}\u{1F382} Ben!'),
      'FamilyCircleSecure: Grandma Rosa: "Happy birthday Ben!"',
    ],
    ['emoji alone', words('\u{1F389}\u{1F389}'), 'FamilyCircleSecure: Grandma Rosa sent a message'],
    [
      'folded',
      { senders: ['Zoë Łoś'], ...words('“Ça va” – “très bien”…') },
      "FamilyCircleSecure: Zoe Los: \"'Ça va' - 'très bien'...\"",
    ],
    [
      'line breaks',
      { senders: ['Ro\nsa'], ...words('a\r\nb\tc\u2028d\0e') },
      'FamilyCircleSecure: Ro sa: "a b c d e"',
    ],
    ['quotes', words('he said "yes" to me'), 'FamilyCircleSecure: Grandma Rosa: "he said \'yes\' to me"'],
    ['code', words('Your code is 123456'), 'FamilyCircleSecure: Grandma Rosa: "Your code is ******"'],
    ['code in full width', words('code １２３４５６'), 'FamilyCircleSecure: Grandma Rosa: "code ******"'],
    ['code between emoji', words('12\u{1F389}34\u{1F389}56'), 'FamilyCircleSecure: Grandma Rosa: "******"'],
    ['number', words('call +1 (555) 123-4567'), 'FamilyCircleSecure: Grandma Rosa: "call +* (***) ***-****"'],
    ['link', words('see https://evil.example/x'), 'FamilyCircleSecure: Grandma Rosa: "see [link]"'],
    ['our own link', words(`go ${LINK}`), 'FamilyCircleSecure: Grandma Rosa: "go [link]"'],
    [
      'link with hidden characters',
      words('ev\u200Bil.c\u00ADom'),
      'FamilyCircleSecure: Grandma Rosa: "[link]"',
    ],
    [
      'link in full width',
      words('ｈｔｔｐｓ：／／ｅｖｉｌ．ｅｘａｍｐｌｅ'),
      'FamilyCircleSecure: Grandma Rosa: "[link]"',
    ],
    [
      'link and number as a name',
      { senders: ['evil.com 5551234'], ...words('Hi') },
      'FamilyCircleSecure: [link] *******: "Hi"',
    ],
    ['brand over several lines', { brand: 'Our\nCircle ', ...words('Hi') }, 'Our Circle: Grandma Rosa: "Hi"'],
    ['no brand', { brand: '', ...words('Hi') }, 'Grandma Rosa: "Hi"'],
    [
      'some letters of another script',
      words('Hello дед, how are you?'),
      'FamilyCircleSecure: Grandma Rosa: "Hello , how are you?"',
    ],
  ])('%s', (_, more, line) => {
    expect(composeNotification({ ...base, ...more })).toEqual({
      body: line + END,
      encoding: 'GSM-7',
      segments: 1,
    });
  });

  it.each<[string, Partial<NotificationInput>, string]>([
    [
      'Cyrillic words',
      words('Ты придёшь в воскресенье?'),
      'FamilyCircleSecure: Grandma Rosa: "Ты придёшь в вос..."',
    ],
    [
      'a Cyrillic name',
      { senders: ['Бабушка'], ...words('Hi “Ben”') },
      'FamilyCircleSecure: Бабушка: "Hi “Ben”"',
    ],
    [
      'Chinese',
      { senders: ['妈妈'], ...words('星期天来吃晚饭吗？') },
      'FamilyCircleSecure: 妈妈: "星期天来吃晚饭吗?"',
    ],
    ['Arabic', { senders: ['جدتي'], ...words('هل ستأتي؟') }, 'FamilyCircleSecure: جدتي: "هل ستأتي؟"'],
    [
      'Hindi, cut between syllables',
      { senders: ['दादी'], ...words('क्या तुम रविवार को खाने पर आ रहे हो?') },
      'FamilyCircleSecure: दादी: "क्या तुम रविवार को खाने..."',
    ],
    [
      'with an emoji',
      { senders: ['Баба'], ...words('Да \u{1F468}\u200D\u{1F469}\u200D\u{1F467}!') },
      'FamilyCircleSecure: Баба: "Да \u{1F468}\u200D\u{1F469}\u200D\u{1F467}!"',
    ],
    [
      'with a code',
      { senders: ['Баба'], ...words('код 123\u200D456') },
      'FamilyCircleSecure: Баба: "код ******"',
    ],
    [
      'with a link',
      { senders: ['Баба'], ...words('вот evil\u200D.com') },
      'FamilyCircleSecure: Баба: "вот [link]"',
    ],
    [
      'with directions',
      { senders: ['Баба'], ...words('\u202Eда\u202C\u2066 нет') },
      'FamilyCircleSecure: Баба: "да нет"',
    ],
  ])('%s: two segments of UCS-2', (_, more, line) => {
    expect(composeNotification({ ...base, ...more })).toEqual({
      body: line + END,
      encoding: 'UCS-2',
      segments: 2,
    });
  });

  it('is GSM-7 when the name in another script is not to be seen', () => {
    const hidden = composeNotification({ ...base, senders: ['Бабушка'], preview: 'none' });
    expect(hidden).toMatchObject({ encoding: 'GSM-7', segments: 1 });
  });

  it('is GSM-7 when the words in another script find no room', () => {
    const link = `${LINK}${'x'.repeat(35)}`;
    const text = composeNotification({
      ...base,
      link,
      senders: ['Zoë'],
      newest: { body: 'Привет, бабушка', fileCount: 0 },
    });
    expect(text).toEqual({
      body: `FamilyCircleSecure: Zoe sent a message\n${link} Reply STOP to opt out`,
      encoding: 'GSM-7',
      segments: 1,
    });
  });

  it('is GSM-7 when a brand in another script finds no room', () => {
    const link = `${LINK}${'x'.repeat(50)}`;
    expect(composeNotification({ ...base, link, brand: 'Семейный круг' })).toMatchObject({
      body: `Grandma Rosa: "Are you comi..."\n${link} Reply STOP to opt out`,
      segments: 1,
    });
  });

  it('cuts a long name so that words, link and end have room', () => {
    const { body } = composeNotification({ ...base, senders: [`Rosa ${'Maria '.repeat(40)}`] });
    expect(body).toBe(
      `FamilyCircleSecure: Rosa Maria Maria Ma...: "Are you coming for dinner on Sun..."${END}`,
    );
  });

  it('takes what a larger limit gives', () => {
    const text = composeNotification({ ...base, maxSegments: 3, ...words('word '.repeat(200)) });
    expect(text.segments).toBe(3);
    expect(new SegmentedMessage(text.body).segmentsCount).toBe(3);
    expect(text.body.length).toBe(459);
  });

  it.each([
    [70, 'FamilyCi...', 1],
    [80, 'FamilyCircleSecure', 2],
  ])('keeps a link that is %i characters longer, and the end, at any price', (more, line, segments) => {
    const link = LINK + 'x'.repeat(more);
    const text = composeNotification({ ...base, link });
    expect(text).toMatchObject({ body: `${line}\n${link} Reply STOP to opt out`, segments });
  });
});

describe('composeTest', () => {
  it('writes the test text', () => {
    expect(composeTest({ brand: 'FamilyCircleSecure', link: LINK, maxSegments: 1 })).toEqual({
      body: `FamilyCircleSecure: This is your test text. Texts reach this phone.${END}`,
      encoding: 'GSM-7',
      segments: 1,
    });
  });

  it('fits for any brand', () => {
    fc.assert(
      fc.property(anyText(60), (brand) => {
        const { body, segments, encoding } = composeTest({ brand, link: LINK, maxSegments: 1 });
        expect(body.endsWith(END)).toBe(true);
        expect(segments).toBeLessThanOrEqual(encoding === 'UCS-2' ? 2 : 1);
      }),
    );
  });
});

describe('for any text', () => {
  const origin = fc.constantFrom(
    'https://portal.familycirclesecure.com',
    'https://fcs.example',
    'http://127.0.0.1:8787',
    `https://a-rather-long-name-of-a-family-portal.${'sub.'.repeat(5)}example.org`,
  );
  const code = fc.string({
    unit: fc.constantFrom(...'123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'),
    minLength: 16,
    maxLength: 16,
  });
  const brand = fc.oneof(fc.constantFrom('FamilyCircleSecure', 'Семейный круг', 'Zoë & Co'), anyText(60));
  const anything = fc.record<NotificationInput>({
    brand,
    senders: fc.uniqueArray(anyText(80), { maxLength: 4 }),
    count: fc.integer({ min: 0, max: 500 }),
    newest: fc.option(fc.record({ body: anyText(400), fileCount: fc.nat(3) }), { nil: null }),
    preview: fc.constantFrom('full', 'sender', 'none'),
    urgent: fc.boolean(),
    link: fc.tuple(origin, code).map(([start, end]) => `${start}/l/${end}`),
    maxSegments: fc.integer({ min: 1, max: 3 }),
    lastToday: fc.boolean(),
  });
  const always = (check: (input: NotificationInput) => void, numRuns = 400) =>
    fc.assert(fc.property(anything, check), { numRuns });

  it('stays within the segments, by the count of Twilio too', () => {
    always((input) => {
      const { body, encoding, segments } = composeNotification(input);
      expect(segments).toBeLessThanOrEqual(input.maxSegments + (encoding === 'UCS-2' ? 1 : 0));
      const theirs = new SegmentedMessage(body);
      expect(theirs.encodingName).toBe(encoding);
      expect(theirs.segmentsCount).toBeLessThanOrEqual(segments);
    });
  });

  it('has the link whole and once, the end, one line break, and nothing invisible', () => {
    always((input) => {
      const { body } = composeNotification(input);
      expect(body.endsWith(`\n${input.link} Reply STOP to opt out`)).toBe(true);
      expect(body.split(input.link)).toHaveLength(2);
      expect(body.split('\n')).toHaveLength(2);
      expect(body.replace('\n', '')).not.toMatch(
        /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200B\u202A-\u202E\u2060-\u206F\uFEFF]/u,
      );
      expect(body.startsWith('URGENT ')).toBe(input.urgent);
      expect(body.isWellFormed()).toBe(true);
    });
  });

  it('is GSM-7 unless a letter that does not fold is shown', () => {
    always((input) => {
      const { body, encoding } = composeNotification(input);
      if (encoding === 'GSM-7') return;
      const letters = body.match(/\p{L}/gu) ?? [];
      expect(letters.some((letter) => foldToGsm7(letter) === '')).toBe(true);
    });
  });

  it('copies no link, code or number', () => {
    fc.assert(
      fc.property(anything, fc.nat(2), (input, at) => {
        const secrets = ['https://evil.example/secret', '482915', '+1 555 867 5309', 'Zx81kQ9vLm3PtR7w'];
        const body = `${input.newest?.body.slice(0, at * 10) ?? ''} ${secrets.join(' ')}`;
        const text = composeNotification({ ...input, brand: 'Brand', newest: { body, fileCount: 0 } }).body;
        const rest = text.replace(input.link, '');
        for (const secret of secrets) expect(rest).not.toContain(secret);
        // What more than 63 letters run up to is no name of a host (RFC 1035, 2.3.4).
        const links = /:\/\/|www\.|(?<![\p{L}\p{N}\p{M}-]{60})(?:evil\.(?:com|example)|bit\.ly)/iu;
        expect(rest).not.toMatch(links);
        expect(rest.replace(/\d{1,2}:\d\d(?!\d)/g, '')).not.toMatch(/\d(?:[ -]?\d){3}/);
      }),
      { numRuns: 400 },
    );
  });

  it('cuts words between graphemes', () => {
    const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
    const scripts = fc.constantFrom(
      'क्या ',
      'नमस्ते',
      'ы',
      'ё',
      '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}',
      '\u{1F1FA}\u{1F1F8}',
      '\u{1F44D}\u{1F3FD}',
      'и\u0306',
      '한',
    );
    fc.assert(
      fc.property(
        fc.array(scripts, { minLength: 30, maxLength: 60 }),
        fc.integer({ min: 0, max: 30 }),
        (pieces, shift) => {
          const whole = `жж ${pieces.join('')}`.normalize('NFKC').replace(/\s+/g, ' ').trim();
          const { body } = composeNotification({ ...base, brand: 'B'.repeat(shift + 1), ...words(whole) });
          const shown = /: "(.*)\.\.\."\n/u.exec(body)?.[1];
          if (shown === undefined) throw new Error(body);
          expect(whole.startsWith(shown)).toBe(true);
          expect(segmenter.segment(whole).containing(shown.length)?.index).toBe(shown.length);
        },
      ),
    );
  });

  it('gives the same text for the same input', () => {
    always((input) => {
      expect(composeNotification(input)).toEqual(composeNotification(structuredClone(input)));
    }, 50);
  });

  it.each(['a', 'я', '1 ', 'a.', 'a@', 'A1', '-', 'x:', '1:', '\u0301', '\u{1F389}', '+1(', '=', 'aA'])(
    'copes with four thousand characters of %j',
    (unit) => {
      const body = unit.repeat(4000).slice(0, 4000);
      expect(composeNotification({ ...base, ...words(body) }).body.endsWith(END)).toBe(true);
    },
  );
});
