import { describe, expect, test } from 'vitest';
import { appLinks } from '../../../src/links/app-links/app-links.ts';
import { parseReferrer, playReferrer } from '../../../src/links/app-links/referrer.ts';

const CODE = '17Hq3vXkTz9WmPc2R';
const once = encodeURIComponent(playReferrer(CODE));

describe('install referrers', () => {
  test.each([
    ['decoded', playReferrer(CODE)],
    ['encoded once', once],
    ['encoded twice', encodeURIComponent(once)],
    ['with the store’s own parameters around it', `gclid=x&${playReferrer(CODE)}&anid=admob`],
    ['with white space around it', ` ${once}\n`],
  ])('%s: the code comes out', (_name, referrer) => {
    expect(parseReferrer(referrer)).toBe(CODE);
  });

  test.each([
    ['organic', 'utm_source=google-play&utm_medium=organic'],
    ['empty', ''],
    ['another app’s code', `other_link=${CODE}`],
    ['a code alone', CODE],
    ['a broken code', 'fcs_link=17Hq3vXkTz9WmPc2'],
    ['two codes', `fcs_link=${CODE}&fcs_link=${CODE}`],
    ['broken encoding', '%E0%A4%A'],
    ['encoded four times', encodeURIComponent(encodeURIComponent(encodeURIComponent(once)))],
  ])('%s: refused', (_name, referrer) => {
    expect(parseReferrer(referrer)).toBeNull();
  });
});

describe('ways into the app', () => {
  const stores = {
    publicOrigin: 'https://portal.example.com',
    alternateOrigin: 'https://open.example.com',
    iosAppStoreId: '1234567890',
    androidPackage: 'com.example.family',
  };

  test('are built from settings', () => {
    expect(appLinks(stores, `/l/${CODE}`, CODE)).toEqual({
      intent:
        `intent://portal.example.com/l/${CODE}#Intent;scheme=https;package=com.example.family;` +
        `S.browser_fallback_url=${encodeURIComponent(`https://portal.example.com/l/${CODE}?web=1`)};end`,
      alternate: `https://open.example.com/l/${CODE}`,
      appStore: 'https://apps.apple.com/app/id1234567890',
      playStore: `https://play.google.com/store/apps/details?id=com.example.family&referrer=${once}`,
      smartBanner: `app-id=1234567890, app-argument=https://portal.example.com/l/${CODE}`,
      universal: `https://portal.example.com/l/${CODE}`,
    });
  });

  test('are absent where there is no app', () => {
    const none = { ...stores, alternateOrigin: null, iosAppStoreId: null, androidPackage: null };
    const { universal, ...rest } = appLinks(none, `/l/${CODE}`, CODE);
    expect(universal).toBe(`https://portal.example.com/l/${CODE}`);
    expect(Object.values(rest)).toEqual([null, null, null, null, null]);
  });

  test('the intent’s fallback keeps the token and asks for the web', () => {
    const { intent } = appLinks(stores, '/ul/thread/thr_1?mt=a.b.c', CODE);
    const fallback = /S\.browser_fallback_url=([^;]+);/.exec(intent ?? '')?.[1] ?? '';
    expect(decodeURIComponent(fallback)).toBe('https://portal.example.com/ul/thread/thr_1?mt=a.b.c&web=1');
  });
});
