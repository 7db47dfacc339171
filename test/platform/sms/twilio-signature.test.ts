import fc from 'fast-check';
import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import { addressForms } from '../../../src/platform/sms/twilio-address-forms.ts';
import { isFromTwilio, twilioSignature } from '../../../src/platform/sms/twilio-signature.ts';

const TOKEN = '12345';
const U = 'https://mycompany.com/myapp.php?foo=1&bar=2';
const CALL: [string, string][] = [
  ['CallSid', 'CA1234567890ABCDE'],
  ['Caller', '+14158675309'],
  ['Digits', '1234'],
  ['From', '+14158675309'],
  ['To', '+18005551212'],
];
const REPEATED: [string, string][] = [
  ['Sid', 'CA123'],
  ['SidAccount', 'AC123'],
  ['Digits', '5678'],
  ['Digits', '1234'],
  ['Digits', '1234'],
];
const BODY = '{"property": "value", "boolean": true}';
const HASHED = `${U}&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620`;

/** Parameters as the SDK takes them: one value, or a list. */
function forSdk(params: [string, string][]): Record<string, string | string[]> {
  const grouped = Map.groupBy(params, ([name]) => name);
  return Object.fromEntries(
    [...grouped].map(([name, pairs]) => [
      name,
      pairs.length === 1 ? pairs[0]![1] : pairs.map(([, value]) => value),
    ]),
  );
}

describe('X-Twilio-Signature', () => {
  it.each<[string, [string, string][], string]>([
    [U, CALL, 'RSOYDt4T1cUTdK1PDd93/VVr8B8='],
    [U.replace('.com/', '.com:443/'), CALL, 'kvajT1Ptam85bY51eRf/AJRuM3w='],
    [U, REPEATED, 'IK+Dwps556ElfBT0I3Rgjkr1wJU='],
    [HASHED, [], 'a9nBmqA0ju/hNViExpshrM61xv4='],
  ])('of %s is the published one', async (url, params, signature) => {
    expect(await twilioSignature(TOKEN, url, params)).toBe(signature);
  });

  it('is what the official SDK expects, for any parameters', async () => {
    const word = fc.string({ unit: 'grapheme', maxLength: 12 });
    const name = word.filter((text) => text !== '__proto__');
    const params = fc.array(fc.tuple(name, word), { maxLength: 12 });
    const path = fc.webUrl({ withQueryParameters: true });
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1 }), path, params, async (token, url, pairs) => {
        const expected = twilio.getExpectedTwilioSignature(token, url, forSdk(pairs));
        expect(await twilioSignature(token, url, pairs)).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a webhook', () => {
  const sent = { authTokens: ['first', 'second'], url: U, params: CALL };
  const signedBy = (token: string, url = U) => twilio.getExpectedTwilioSignature(token, url, forSdk(CALL));

  it.each([
    ['the first token', signedBy('first'), true],
    ['the second token', signedBy('second'), true],
    ['the default port', signedBy('first', U.replace('.com/', '.com:443/')), true],
    ['another token', signedBy('third'), false],
    ['another port', signedBy('first', U.replace('.com/', '.com:8443/')), false],
    ['another address', signedBy('first', `${U}&baz=3`), false],
    ['nothing', '', false],
  ])('signed with %s: %#', async (_, signature, genuine) => {
    expect(await isFromTwilio({ ...sent, signature })).toBe(genuine);
  });

  it('is refused when any one parameter was changed, added or taken away', async () => {
    const signature = signedBy('first');
    const change = fc.oneof(
      fc.integer({ min: 0, max: CALL.length - 1 }).map((i) => CALL.filter((_, at) => at !== i)),
      fc
        .tuple(fc.integer({ min: 0, max: CALL.length - 1 }), fc.string())
        .filter(([i, value]) => value !== CALL[i]![1])
        .map(([i, value]) => CALL.map((pair, at): [string, string] => (at === i ? [pair[0], value] : pair))),
      fc
        .tuple(
          fc.string({ minLength: 1 }).filter((name) => CALL.every(([known]) => known !== name)),
          fc.string(),
        )
        .map((pair) => [...CALL, pair]),
    );
    await fc.assert(
      fc.asyncProperty(change, async (params) => {
        expect(await isFromTwilio({ ...sent, params, signature })).toBe(false);
      }),
    );
  });

  it('that is forged, with a query of many forms, has its parameters put in order once', async () => {
    let read = 0;
    const params = {
      *[Symbol.iterator]() {
        read++;
        yield* CALL;
      },
    };
    const forms = `${U}&q=%27%22%3c%20'%E4%B8%AD+`;
    const forged = { ...sent, url: forms, fragment: '#rc=3', params, signature: signedBy('third') };
    expect(await isFromTwilio(forged)).toBe(false);
    expect(read).toBe(1);
    const signature = signedBy('second', `${forms}#rc=3`);
    expect(await isFromTwilio({ ...forged, signature })).toBe(true);
    expect(await isFromTwilio({ ...forged, signature, fragment: '#rc=9' })).toBe(false);
  });

  it('in JSON stands and falls with the hash of its body', async () => {
    const signature = twilio.getExpectedTwilioSignature(TOKEN, HASHED, {});
    const json = { authTokens: [TOKEN], url: HASHED, params: [], signature };
    expect(await isFromTwilio({ ...json, rawBody: BODY })).toBe(true);
    expect(await isFromTwilio({ ...json, rawBody: `${BODY} ` })).toBe(false);
    expect(twilio.validateRequestWithBody(TOKEN, signature, HASHED, BODY)).toBe(true);
  });
});

describe('an address with characters that URL parsers escape', () => {
  const base = 'https://portal.example.com/api/sms/inbound';
  const parsed = (url: string) => new URL(url).href;
  const genuine = (received: string, typed: string) =>
    isFromTwilio({
      authTokens: [TOKEN],
      url: received,
      params: CALL,
      signature: twilio.getExpectedTwilioSignature(TOKEN, typed, forSdk(CALL)),
    });

  it.each([
    "?note=it's",
    "?note='",
    "?a='&b=%20c",
    '?q="quoted"',
    '?q=<b>&r=>',
    '?q=two words',
    "?q=Rosa's two words",
    '?family=Peña',
    "?q=l'été <3",
    '?q=日本&r=1',
    '?q=%27&r=it%27s',
    '?q=a+b',
    '?q=(a)!*~',
    '?q={a}|b^`c`',
    '?q=%2F&r=%C3%A9',
    '?q=50%&r=%ZZ',
    '?',
    '',
  ])('verifies as typed, and as escaped on the way: %s', async (query) => {
    const typed = base + query;
    for (const received of new Set([typed, parsed(typed)])) {
      for (const signed of new Set([typed, parsed(typed)])) {
        expect(await genuine(received, signed), `${received} signed as ${signed}`).toBe(true);
      }
      expect(await genuine(received, `${base}?other=1`)).toBe(false);
    }
  });

  it('verifies whenever the official SDK says so', async () => {
    const query = fc.string({ unit: fc.constantFrom(...'ab=&\'"<> +%27éñ日()!*~{}|^`'), maxLength: 16 });
    await fc.assert(
      fc.asyncProperty(query, async (text) => {
        const typed = `${base}?${text}`;
        const received = parsed(typed);
        for (const signed of [typed, received]) {
          const signature = twilio.getExpectedTwilioSignature(TOKEN, signed, {});
          if (!twilio.validateRequest(TOKEN, signature, received, {})) continue;
          expect(await isFromTwilio({ authTokens: [TOKEN], url: received, params: [], signature })).toBe(
            true,
          );
        }
      }),
      { numRuns: 300 },
    );
  });

  it('has six forms at most, the one received first, and one where nothing is ever escaped', () => {
    const query = fc.string({ unit: fc.constantFrom(...'ab=&\'"<> +%27éñ日()!*~'), maxLength: 30 });
    fc.assert(
      fc.property(query, (text) => {
        const forms = addressForms(`${base}?${text}`);
        expect(forms[0]).toBe(`${base}?${text}`);
        expect(forms.length).toBeLessThanOrEqual(6);
      }),
    );
    expect(addressForms(`${base}?delivery=dlv_01&kind=code#rc=3&rp=5xx,ct,rt`)).toHaveLength(1);
    expect(addressForms(base)).toEqual([base]);
  });
});
