import { describe, expect, it } from 'vitest';
import { isEcho, replyWords } from '../../../src/sms/replies/reply-words.ts';

const ours = {
  brand: 'FamilyCircleSecure',
  origins: ['https://portal.example.com', 'https://open.example.com'],
};
const words = (body: string, media: string[] = []) => replyWords({ body, media }, ours);
const TEXT =
  'FamilyCircleSecure: Rosa: "Hi"\nhttps://portal.example.com/l/7Hq3vXkTz9WmPc2R Reply STOP to opt out';

describe('the words of a text', () => {
  it.each([
    ['  On my way  ', 'On my way'],
    ['Two\r\nlines', 'Two\nlines'],
    ['a\u0000b\u0007c', 'abc'],
    ['half \ud83d of an emoji', 'half \ufffd of an emoji'],
    ['👍', '👍'],
    ['', ''],
    [' \n ', ''],
    ['\u2800', ''],
    ['\u3164\u200b', ''],
  ])('%j reads %j', (body, expected) => {
    expect(words(body)).toBe(expected);
  });

  it.each([
    [`Liked “${TEXT}”`, '👍'],
    [`Loved “${TEXT}”`, '❤️'],
    [`Laughed at “${TEXT}”`, '😂'],
    [`Emphasized “${TEXT}”`, '‼️'],
    [`Questioned “${TEXT}”`, '❓'],
    [`Disliked “${TEXT}”`, '👎'],
    [`Reacted 🎉 to “${TEXT}”`, '🎉'],
    [`\u200a\u200b👩‍👧\u200b to “\u200a${TEXT}\u200a”\u200a`, '👩‍👧'],
    [`Removed a heart from “${TEXT}”`, ''],
    [`Removed 🎉 from “${TEXT}”`, ''],
  ])('a reaction, %j, reads %j', (body, expected) => {
    expect(words(body)).toBe(expected);
  });

  it.each(['Loved "The Crown"', 'I liked “The Crown” too', '10 to “the cabin”', 'Loved it'])(
    '%j is no reaction',
    (body) => expect(words(body)).toBe(body),
  );

  it.each([
    ['see https://portal.example.com/l/7Hq3vXkTz9WmPc2R Reply STOP', 'see [link] Reply STOP'],
    ['portal.example.com/l/7Hq3vXkTz9WmPc2R', '[link]'],
    ['HTTPS://PORTAL.EXAMPLE.COM/L/7Hq3vXkTz9WmPc2R', '[link]'],
    ['https://open.example.com/ul/thread/thr_1?mt=abc.def', '[link]'],
    ['https://portal.example.com/magic?token=abc.def', '[link]'],
    ['https://portal.example.com/messages/thr_1', 'https://portal.example.com/messages/thr_1'],
    ['https://example.com/l/recipe', 'https://example.com/l/recipe'],
  ])('a link of ours is taken out: %j reads %j', (body, expected) => {
    expect(words(body)).toBe(expected);
  });

  it.each([
    [['image/jpeg'], '[Photo]'],
    [['image/jpeg', 'IMAGE/png; name=x'], '[Photo] [Photo]'],
    [['video/mp4', 'audio/amr'], '[Video] [Voice message]'],
    [['text/x-vcard', 'text/vcard', 'text/calendar'], '[Contact] [Contact] [Event]'],
    [['application/pdf', '', 'application/zip'], '[Document] [Attachment] [Attachment]'],
  ])('%j are named %j', (media, expected) => {
    expect(words('', media)).toBe(expected);
    expect(words('Look!', media)).toBe(`Look!\n${expected}`);
  });
});

it.each([
  [TEXT, true],
  [`> ${TEXT}`, true],
  [`URGENT ${TEXT}`, true],
  ['familycirclesecure: which conversation is this for?', true],
  ['FamilyCircleSecure is great', false],
  ['Is this FamilyCircleSecure: the app?', false],
])('%j is a text of ours come back: %s', (body, expected) => {
  expect(isEcho(body, 'FamilyCircleSecure')).toBe(expected);
});
