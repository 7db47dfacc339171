import { describe, expect, it } from 'vitest';
import {
  ownNumbers,
  senderFor,
  senderName,
  sendersOf,
  sendersSetting,
} from '../../../src/platform/sms/senders.ts';

const SERVICE = `MG${'0'.repeat(32)}`;
const read = (value: unknown) => sendersSetting.safeParse(JSON.stringify(value)).data;

describe('the senders of the settings', () => {
  it.each<[Parameters<typeof sendersOf>[0], number]>([
    [{ TWILIO_FROM: '+12025550123' }, 1],
    [{ TWILIO_FROM: '+18885550100' }, 3],
    [{ TWILIO_FROM: '+18335550100' }, 3],
    [{ TWILIO_FROM: '+447400123456' }, 1],
    [{ TWILIO_FROM: '12345' }, 100],
    [{ TWILIO_MESSAGING_SERVICE_SID: SERVICE, TWILIO_FROM: '+12025550123' }, 10],
    [{ TWILIO_FROM: '12345', SMS_PER_SECOND: 7 }, 7],
  ])('%j takes %d a second', (config, perSecond) => {
    expect(sendersOf(config).map((sender) => sender.perSecond)).toEqual([perSecond]);
  });

  it('are those of SENDERS where it is set', () => {
    const SENDERS = read([
      { from: '+18885550100', perSecond: 3 },
      { service: SERVICE, perSecond: 225, perDay: 200_000, country: 'US' },
    ]);
    const config = { SENDERS, TWILIO_FROM: '+12025550123', SMS_PER_SECOND: 7 };
    expect(sendersOf(config)).toEqual([
      { from: '+18885550100', service: null, perSecond: 3, perDay: null, country: null },
      { from: null, service: SERVICE, perSecond: 225, perDay: 200_000, country: 'US' },
    ]);
    expect(ownNumbers(config)).toEqual(['+12025550123', '+18885550100']);
  });

  it.each([
    'not JSON',
    '{}',
    '[]',
    '[{"perSecond":3}]',
    '[{"from":"+18885550100"}]',
    '[{"from":"8885550100","perSecond":3}]',
    `[{"from":"+18885550100","service":"${SERVICE}","perSecond":3}]`,
    '[{"from":"+18885550100","perSecond":0}]',
    '[{"from":"+18885550100","perSecond":3,"perDay":0}]',
    '[{"from":"+18885550100","perSecond":3,"country":"us"}]',
    '[{"from":"+18885550100","perSecond":3,"speed":3}]',
    '[{"from":"+18885550100","perSecond":3},{"from":"+18885550100","perSecond":1}]',
  ])('are refused as %s', (text) => {
    expect(sendersSetting.safeParse(text).success).toBe(false);
  });
});

describe('a family’s sender', () => {
  const number = (n: number) => `+1888555010${n}`;
  const three = read([0, 1, 2].map((n) => ({ from: number(n), perSecond: n === 2 ? 2 : 1 })));
  const families = Array.from({ length: 2000 }, (_, n) => `fam_${n}`);
  const of = (family: string, SENDERS = three, country: string | null = 'US') =>
    senderName(senderFor({ SENDERS }, family, country));

  it('stays the same, and takes families by its rate', () => {
    const counts = Map.groupBy(families, (family) => of(family));
    for (const [n, share] of [0.25, 0.25, 0.5].entries()) {
      expect(counts.get(number(n))!.length / families.length).toBeCloseTo(share, 1);
    }
  });

  it('changes only to a new one', () => {
    const four = [...three!, { ...three![0]!, from: number(3) }];
    const moved = families.filter((family) => of(family) !== of(family, four));
    expect(new Set(moved.map((family) => of(family, four)))).toEqual(new Set([number(3)]));
    expect(moved.length / families.length).toBeCloseTo(0.2, 1);
  });

  it('is one for the number’s country, else one for any, else any', () => {
    const mixed = read([
      { from: number(0), perSecond: 1, country: 'CA' },
      { from: number(1), perSecond: 1 },
    ]);
    expect([of('fam', mixed, 'CA'), of('fam', mixed, 'US'), of('fam', mixed, null)]).toEqual([
      number(0),
      number(1),
      number(1),
    ]);
    expect(of('fam', [mixed![0]!], 'US')).toBe(number(0));
  });
});
