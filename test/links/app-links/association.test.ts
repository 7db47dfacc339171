import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { APPLE_MAX_BYTES, appleAssociation, assetLinks } from '../../../src/links/app-links/association.ts';
import { androidOpens, appleOpens } from './matchers.ts';
import appleSchema from './schemas/apple-app-site-association.schema.json' with { type: 'json' };
import androidSchema from './schemas/assetlinks.schema.json' with { type: 'json' };

const fingerprint = (byte: string) => Array(32).fill(byte).join(':');
const apps = {
  iosAppIds: ['ABCDE12345.com.example.family', 'ABCDE12345.com.example.family.beta'],
  androidPackages: ['com.example.family', 'com.example.family.beta'],
  androidFingerprints: [fingerprint('AB'), fingerprint('0F')],
};
const none = { iosAppIds: [], androidPackages: [], androidFingerprints: [] };
const appleJsonSchema = z.fromJSONSchema(appleSchema as z.core.JSONSchema.JSONSchema);
const androidJsonSchema = z.fromJSONSchema(androidSchema as z.core.JSONSchema.JSONSchema);
const asServed = (file: unknown): unknown => JSON.parse(JSON.stringify(file));

describe('the association files', () => {
  test.each([
    ['several apps', apps],
    ['no app', none],
  ])('%s: satisfy the schemas of their formats', (_name, identities) => {
    expect(appleJsonSchema.safeParse(asServed(appleAssociation(identities))).error).toBeUndefined();
    expect(androidJsonSchema.safeParse(asServed(assetLinks(identities))).error).toBeUndefined();
  });

  test('the schemas refuse what the systems would ignore', () => {
    const apple = appleAssociation(apps);
    expect(appleJsonSchema.safeParse({ ...apple, extra: 1 }).success).toBe(false);
    expect(appleJsonSchema.safeParse(appleAssociation({ ...apps, iosAppIds: ['no-team'] })).success).toBe(
      false,
    );
    const short = assetLinks({ ...apps, androidFingerprints: ['AB:CD'] });
    expect(androidJsonSchema.safeParse(short).success).toBe(false);
  });

  test('a fingerprint in lower case is written as Android compares it', () => {
    const [statement] = assetLinks({ ...apps, androidFingerprints: [fingerprint('ab')] });
    expect(statement?.target.sha256_cert_fingerprints).toEqual([fingerprint('AB')]);
  });

  test('every app and every fingerprint is named', () => {
    expect(appleAssociation(apps).applinks.details[0]?.appIDs).toEqual(apps.iosAppIds);
    expect(appleAssociation(apps).webcredentials.apps).toEqual(apps.iosAppIds);
    expect(appleAssociation(apps).applinks.details[0]?.components.every(({ comment }) => comment)).toBe(true);
    expect(assetLinks(apps).map((each) => each.target.package_name)).toEqual(apps.androidPackages);
    for (const statement of assetLinks(apps)) {
      expect(statement.target.sha256_cert_fingerprints).toEqual(apps.androidFingerprints);
    }
  });

  test('a package without a fingerprint is not claimed', () => {
    expect(assetLinks({ ...apps, androidFingerprints: [] })).toEqual([]);
  });

  test('stay far below the size that Apple fetches, even with a hundred apps', () => {
    const many = Array.from({ length: 100 }, (_, i) => `ABCDE12345.com.example.family${i}`);
    const bytes = JSON.stringify(appleAssociation({ ...apps, iosAppIds: many })).length;
    expect(bytes).toBeLessThan(APPLE_MAX_BYTES / 4);
  });
});

const CASES: [path: string, opens: boolean][] = [
  ['/l/17Hq3vXkTz9WmPc2R', true],
  ['/l/17Hq3vXkTz9WmPc2R?utm_source=text', true],
  ['/l/17Hq3vXkTz9WmPc2R?web=0', true],
  ['/l/17Hq3vXkTz9WmPc2R?web=1', false],
  ['/l/17Hq3vXkTz9WmPc2R?a=b&web=1', false],
  ['/l/', false],
  ['/l', false],
  ['/login', false],
  ['/login?next=%2Fmessages%2Fthr_1', false],
  ['/ul/thread/thr_1', true],
  ['/ul/thread/thr_1?mt=eyJhbGciOiJIUzI1NiJ9.e30.c2ln', true],
  ['/ul/thread/thr_1?mt=e30&web=1', false],
  ['/ul/thread/', false],
  ['/ul/other/1', false],
  ['/messages', false],
  ['/messages/thr_1', false],
  ['/magic?token=e30', false],
  ['/settings', false],
  ['/ops', false],
  ['/api/links/open', false],
  ['/api/l/17Hq3vXkTz9WmPc2R', false],
  ['/help', false],
  ['/terms', false],
  ['/', false],
  ['/L/17Hq3vXkTz9WmPc2R', false],
];

describe.each(CASES)('%s', (path, opens) => {
  const url = `https://portal.example.com${path}`;

  test(`iOS ${opens ? 'opens the app' : 'stays in the browser'}`, () => {
    for (const app of apps.iosAppIds) expect(appleOpens(appleAssociation(apps), app, url)).toBe(opens);
    expect(appleOpens(appleAssociation(apps), 'ABCDE12345.com.example.other', url)).toBe(false);
  });

  test(`Android ${opens ? 'opens the app' : 'stays in the browser'}`, () => {
    for (const app of apps.androidPackages) expect(androidOpens(assetLinks(apps), app, url)).toBe(opens);
    expect(androidOpens(assetLinks(apps), 'com.example.other', url)).toBe(false);
  });
});
