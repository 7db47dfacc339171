import { describe, expect, test } from 'vitest';
import { type Device, readerOf } from '../../src/links/device.ts';
import { UA } from './user-agents.ts';

const CASES: [keyof typeof UA, Device, 'browser' | 'in app' | 'preview'][] = [
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
});
