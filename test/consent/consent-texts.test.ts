import fc from 'fast-check';
import { SegmentedMessage } from 'sms-segments-calculator';
import { describe, expect, test } from 'vitest';
import {
  helpReply,
  optInConfirmation,
  optInReply,
  optOutReply,
  plainOptOutConfirmation,
} from '../../src/consent/consent-texts.ts';
import { readKeyword } from '../../src/keywords/read-keyword.ts';

const brand = 'FamilyCircleSecure';
const help = {
  supportContact: 'support@familycirclesecure.com',
  helpUrl: 'https://portal.familycirclesecure.com/help',
};

const texts: Record<string, (brand: string) => string> = {
  'opt-in confirmation': (name) => optInConfirmation({ brand: name }),
  'opt-out reply': (name) => optOutReply({ brand: name }),
  'opt-in reply': (name) => optInReply({ brand: name }),
  'help reply': (name) => helpReply({ brand: name, ...help }),
  'plain opt-out confirmation': (name) => plainOptOutConfirmation({ brand: name }),
};

/** The requirement that a text has to meet, and a pattern that meets it. */
const FREQUENCY = /msg frequency varies/i;
const RATES = /msg & data rates may apply/i;
const HELP = /HELP for help/;
const STOP = /STOP to opt out/;
const START = /Reply START to/;
const PURPOSE = /family chat alerts/;

const required: Record<string, RegExp[]> = {
  'opt-in confirmation': [PURPOSE, FREQUENCY, RATES, HELP, STOP],
  'opt-out reply': [/opted out/, /no more texts/, START],
  'opt-in reply': [PURPOSE, /again/, FREQUENCY, RATES, HELP, STOP],
  'help reply': [/support@familycirclesecure\.com/, STOP],
  'plain opt-out confirmation': [/no more texts/, START],
};

test('the texts, word for word', () => {
  expect(
    Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, text(brand)])),
  ).toMatchInlineSnapshot(`
    {
      "help reply": "FamilyCircleSecure: family chat alerts. Help: support@familycirclesecure.com or https://portal.familycirclesecure.com/help Reply STOP to opt out.",
      "opt-in confirmation": "FamilyCircleSecure: you're signed up for family chat alerts. Msg frequency varies. Msg & data rates may apply. Reply HELP for help, STOP to opt out.",
      "opt-in reply": "FamilyCircleSecure: you get family chat alerts again. Msg frequency varies. Msg & data rates may apply. Reply HELP for help, STOP to opt out.",
      "opt-out reply": "FamilyCircleSecure: you have opted out and will get no more texts from us. Reply START to get them again.",
      "plain opt-out confirmation": "FamilyCircleSecure: you asked us to stop, so you will get no more texts from us. Reply START to get them again.",
    }
  `);
});

describe.each(Object.entries(texts))('%s', (name, text) => {
  test.each([
    ...['FamilyCircleSecure', 'A', 'Família Círculo Ëlite', 'Les Tremblay – “Ensemble”', 'M'.repeat(40)],
    ...['€'.repeat(40), '[[[[{{{{^^^^'.repeat(4), '🏠 Casa', '家族の輪', 'x'.repeat(500), 'two\nlines', ''],
  ])('says all it must in one GSM-7 segment for brand %j', (name40) => {
    const written = text(name40);
    const counted = new SegmentedMessage(written);
    expect([counted.encodingName, counted.segmentsCount]).toEqual(['GSM-7', 1]);
    for (const pattern of required[name] ?? []) expect(written).toMatch(pattern);
    expect(written).toMatch(/^[^:\n]+: \S/);
  });

  test('names a brand of up to 40 characters whole', () => {
    expect(text('M'.repeat(40)).startsWith(`${'M'.repeat(40)}: `)).toBe(true);
  });

  test('is never itself read as a keyword, should it come back', () => {
    expect(readKeyword(text(brand)).kind).toBe('none');
  });
});

describe('help reply', () => {
  const reply = (supportContact: string, helpUrl: string) => helpReply({ brand, supportContact, helpUrl });

  test('gives contact and address when both fit', () => {
    expect(reply(help.supportContact, help.helpUrl)).toContain(`${help.supportContact} or ${help.helpUrl} `);
    expect(reply('+1 202 555 0123', 'https://fcs.example/help')).toMatch(RATES);
  });

  test('keeps a long contact whole and lets the address go', () => {
    const contact = `${'c'.repeat(80)}@x.example`;
    expect(reply(contact, help.helpUrl)).toContain(` ${contact} `);
    expect(reply(contact, help.helpUrl)).not.toContain('https');
  });

  test('keeps the address when the contact is too long, and cuts the contact when neither fits', () => {
    expect(reply('c'.repeat(150), help.helpUrl)).toContain(` ${help.helpUrl} `);
    expect(reply('c'.repeat(150), `https://${'h'.repeat(150)}.example/help`)).toMatch(
      /c{10,}\.\.\. Reply STOP/,
    );
  });

  test('an empty contact leaves the address alone', () => {
    expect(reply('', help.helpUrl)).toContain(`Help: ${help.helpUrl} `);
  });

  test('any brand, contact and address: one segment with STOP, and no address cut in two', () => {
    const name = fc.string({ unit: 'grapheme', maxLength: 60 });
    const contact = fc.string({ unit: 'grapheme', maxLength: 120 });
    const host = fc.webUrl();
    fc.assert(
      fc.property(name, contact, host, (anyBrand, supportContact, helpUrl) => {
        const written = helpReply({ brand: anyBrand, supportContact, helpUrl });
        const counted = new SegmentedMessage(written);
        expect([counted.encodingName, counted.segmentsCount]).toEqual(['GSM-7', 1]);
        expect(written).toMatch(STOP);
        if (written.includes('https://') && !supportContact.includes('://'))
          expect(written).toContain(helpUrl);
      }),
    );
  });
});
