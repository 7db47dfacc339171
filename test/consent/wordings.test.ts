import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { CONSENT_WORDINGS, currentWording, isKnownVersion, wordingText } from '../../src/consent/wordings.ts';

/** What was shown is evidence: a change needs a version of its own. Hashes of the wordings for brand `Brand`. */
const SHOWN: Record<string, string> = {
  '2026-11-22': '8217f34d874f6df955b2b9b651ee294ffb52594709492a7fd3b0268a10ed75b9',
};

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

test('no wording that was ever shown has changed or gone', () => {
  const hashes = Object.entries(CONSENT_WORDINGS).map(([version, text]) => [version, sha256(text('Brand'))]);
  expect(Object.fromEntries(hashes)).toEqual(SHOWN);
});

test('the current wording is a known one and says what a reviewer looks for', () => {
  const { version, text } = currentWording({ brand: 'Casa Ríos' });
  expect(isKnownVersion(version)).toBe(true);
  for (const part of [
    ...[
      'Casa Ríos',
      'text messages',
      "my family's chat",
      'Message frequency varies',
      'Msg & data rates may apply',
    ],
    ...['Reply STOP to opt out, HELP for help', 'not a condition', '/terms', '/privacy'],
  ]) {
    expect(text).toContain(part);
  }
  expect(wordingText(version, { brand: 'Casa Ríos' })).toBe(text);
});

test.each(['', 'v1', '2026-11-2', '2026-11-22 ', '__proto__', 'constructor', 'toString'])(
  '%j is not ours',
  (version) => {
    expect(isKnownVersion(version)).toBe(false);
    expect(wordingText(version, { brand: 'Brand' })).toBeNull();
  },
);
