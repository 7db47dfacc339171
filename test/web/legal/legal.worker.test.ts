import { describe, expect, it } from 'vitest';
import { currentWording } from '../../../src/consent/wordings.ts';
import { SESSION_TTL_MS } from '../../../src/platform/auth/session.ts';
import { openApiDocument } from '../../../src/platform/http/openapi/document.ts';
import { DocsPage } from '../../../src/web/docs/docs-page.tsx';
import { HelpPage } from '../../../src/web/legal/help-page.tsx';
import { type Legal, type LegalSettings, legalOf } from '../../../src/web/legal/legal.ts';
import { PrivacyPage } from '../../../src/web/legal/privacy-page.tsx';
import { TermsPage } from '../../../src/web/legal/terms-page.tsx';

const SETTINGS: LegalSettings = {
  BRAND_NAME: 'FamilyCircleSecure',
  COMPANY_NAME: 'Family Circle Inc.',
  SUPPORT_CONTACT: 'help@example.com',
  SMS_USER_DAILY_CAP: 30,
  SMS_REPLIES: 'off',
  TWILIO_FROM: '+14155550100',
  CODE_TTL_SECONDS: 300,
  MAGIC_TTL_SECONDS: 600,
  LINK_TTL_SECONDS: 604_800,
  KEEP_EVENTS_DAYS: 30,
  KEEP_NUMBERS_DAYS: 2,
  KEEP_LOG_DAYS: 90,
  KEEP_MESSAGES_DAYS: 0,
};
const { text } = currentWording({ brand: SETTINGS.BRAND_NAME });
type View = (legal: Legal) => { toString(): string } | null;
const htmlOf = (page: View, more: Partial<LegalSettings> = {}) =>
  String(page(legalOf({ ...SETTINGS, ...more }, text)));
const wordsOf = (page: View, more?: Partial<LegalSettings>) =>
  htmlOf(page, more)
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');

describe('/privacy tells the times that the settings set', () => {
  it.each([
    ['CODE_TTL_SECONDS', 300, 'which works for 5 minutes', 120, 'which works for 2 minutes'],
    ['MAGIC_TTL_SECONDS', 600, 'signs you in for 10 minutes', 90, 'signs you in for 90 seconds'],
    ['LINK_TTL_SECONDS', 604_800, 'conversation for 7 days', 129_600, 'conversation for 36 hours'],
    ['KEEP_NUMBERS_DAYS', 2, 'number goes 2 days after', 7, 'number goes 7 days after'],
    ['KEEP_LOG_DAYS', 90, 'the entry after 90 days', 30, 'the entry after 30 days'],
    ['KEEP_MESSAGES_DAYS', 730, 'All are deleted after 2 years', 30, 'All are deleted after 30 days'],
    ['KEEP_EVENTS_DAYS', 30, 'to read, for 30 days', 1, 'to read, for 1 day'],
  ] as const)('%s', (name, first, said, second, saidThen) => {
    expect(wordsOf(PrivacyPage, { [name]: first })).toContain(said);
    const changed = wordsOf(PrivacyPage, { [name]: second });
    expect([changed.includes(said), changed.includes(saidThen)]).toEqual([false, true]);
  });

  it('and that messages stay where they do', () => {
    expect(wordsOf(PrivacyPage, { KEEP_MESSAGES_DAYS: 0 })).not.toContain('All are deleted');
  });

  it('and what becomes of answers by text', () => {
    expect(wordsOf(PrivacyPage, { SMS_REPLIES: 'off' })).toContain('Nobody reads other words');
    expect(wordsOf(PrivacyPage, { SMS_REPLIES: 'on' })).toContain('becomes a message in its conversation');
  });

  it('and those that the code keeps to', () => {
    const words = wordsOf(PrivacyPage);
    expect(words).toContain(`They end ${SESSION_TTL_MS / 86_400_000} days after the last use`);
    expect(words).toContain('keep you out. For 400 days.');
  });
});

it('/privacy says what outlives the account, and what Twilio keeps', () => {
  const words = wordsOf(PrivacyPage);
  for (const said of [
    'It remains when the number is removed or the account deleted',
    'network address and browser are struck out when you delete your account',
    'We have Twilio empty the words of each such text 1 day after it',
    'Twilio keeps its own record of the number and the time of each text',
  ]) {
    expect(words).toContain(said);
  }
});

it('/terms and /help tell the most texts of a day that the settings allow', () => {
  expect(wordsOf(TermsPage, { SMS_USER_DAILY_CAP: 12 })).toContain('never more than 12 texts in a day');
  expect(wordsOf(HelpPage, { SMS_USER_DAILY_CAP: 12 })).toContain('nobody gets more than 12 in a day');
});

it('/terms shows the form of the opt-in to whoever reviews it: unticked, whole, and dead', () => {
  const html = htmlOf(TermsPage);
  const form = /<h3 id="opt-in">[\s\S]*?<fieldset[^>]* disabled[\s\S]*?<\/figure>/.exec(html)?.[0] ?? '';
  expect(form).toContain('type="checkbox" name="consent"');
  expect(form).not.toContain('checked');
  expect(form).toContain('Message frequency varies. Msg &amp; data rates may apply.');
  expect(form).toContain('Turn texts on');
  expect(html).not.toContain('<form');
  expect(htmlOf(HelpPage)).toContain('href="/terms#opt-in"');
});

/**
 * Each page's date, and a digest of its words. Whoever changes the words of a page writes the day into its `CHANGED`,
 * and both into this list.
 */
const DATED: [string, View, string, string][] = [
  ['/help', HelpPage, '2026-11-28', '26ce23af7161'],
  ['/terms', TermsPage, '2026-11-28', '8ec38e0abf62'],
  ['/privacy', PrivacyPage, '2026-11-28', 'e0e805a1bb83'],
];

it.each(DATED)('%s is dated anew when its words change', async (_, page, date, digest) => {
  const words = wordsOf(page).replace(/Last changed on .*? \./, '');
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(words));
  const [changed] = /(?<=<time datetime=")[^"]+/.exec(htmlOf(page)) ?? [];
  const found = [...new Uint8Array(hash).slice(0, 6)]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
  expect([changed, found]).toEqual([date, digest]);
});

it('/docs says when it was written', () => {
  const document = openApiDocument({ endpoints: [], described: [], webhooks: [], tags: {}, title: 'API' });
  expect(String(DocsPage({ document, built: '2026-11-27', frames: '' }))).toContain(
    '<time datetime="2026-11-27">November 27, 2026</time>',
  );
});
