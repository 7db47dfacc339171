import { describe, expect, test } from 'vitest';
import { type DeviceKind, readerOf } from '../../../src/links/app-links/device.ts';
import { UA } from './user-agents.ts';

const CASES: [keyof typeof UA, DeviceKind, 'browser' | 'in app' | 'preview'][] = [
  ['iphone', 'ios', 'browser'],
  ['iphoneChrome', 'ios', 'browser'],
  ['iphoneInstagram', 'ios', 'in app'],
  ['iphoneLine', 'ios', 'in app'],
  ['oldIpad', 'ios', 'browser'],
  ['mac', 'maybe_ipad', 'browser'],
  ['android', 'android', 'browser'],
  ['androidFacebook', 'android', 'in app'],
  ['androidWechat', 'android', 'in app'],
  ['cubot', 'android', 'browser'],
  ['windows', 'desktop', 'browser'],
  ['linuxFirefox', 'desktop', 'browser'],
  ['headlessChrome', 'desktop', 'browser'],
  ['imessagePreview', 'maybe_ipad', 'preview'],
  ['whatsapp', 'desktop', 'preview'],
  ['telegram', 'desktop', 'preview'],
  ['slack', 'desktop', 'preview'],
  ['discord', 'desktop', 'preview'],
  ['google', 'desktop', 'preview'],
  ['skype', 'desktop', 'preview'],
  ['iosApp', 'ios', 'browser'],
  ['androidApp', 'android', 'browser'],
  ['curl', 'desktop', 'browser'],
  ['node', 'desktop', 'browser'],
];

describe('the reader, by user agent', () => {
  test.each(CASES)('%s is %s, %s', (name, device, kind) => {
    expect(readerOf(UA[name])).toEqual({ device, inApp: kind === 'in app', preview: kind === 'preview' });
  });

  test.each([[undefined], ['']])('%j is a person at a desk', (ua) => {
    expect(readerOf(ua)).toEqual({ device: 'desktop', inApp: false, preview: false });
  });

  test.each(['x', 'Mozilla/5.0', 'FamilyApp/1.2', 'python-requests/2.32', 'Safari', 'test-agent'])(
    '%s is nobody’s preview: whoever it is may press the button',
    (ua) => {
      expect(readerOf(ua).preview).toBe(false);
    },
  );

  test.each([
    'Twitterbot/1.0',
    'LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)',
    'Viber/20.9',
    'Iframely/1.3.1 (+https://iframely.com/docs/about)',
    'Mastodon/4.2.9 (http.rb/5.2.0; +https://mastodon.social/)',
    'Bluesky Cardyb/1.1; +mailto:support@bsky.app',
    'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)',
    'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
    'Mozilla/5.0 (compatible; Synapse (bot; +https://github.com/matrix-org/synapse))',
  ])('%s only looks', (ua) => {
    expect(readerOf(ua).preview).toBe(true);
  });
});
