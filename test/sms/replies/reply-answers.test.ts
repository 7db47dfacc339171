import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { measure } from '../../../src/platform/sms/sms-text.ts';
import { reachedNobody, whichThread } from '../../../src/sms/replies/reply-answers.ts';
import { anyText } from '../../support/any-text.ts';

const brand = 'FamilyCircleSecure';

describe('the question', () => {
  it('names the threads by number', () => {
    expect(whichThread({ brand, titles: ['Sunday dinner', 'Camping'] })).toBe(
      'FamilyCircleSecure: which conversation is this for? Reply 1 for Sunday dinner, 2 for Camping.',
    );
  });

  it('shortens titles evenly, and names one that says nothing', () => {
    const titles = [
      'Everything about the wedding of Anna and Tom',
      '🎉🎉',
      'Camping',
      'Aunt Theresa and her cats',
    ];
    const text = whichThread({ brand, titles });
    expect(text).toMatch(/1 for Everything[^,]*\.\.\., 2 for Chat, 3 for Camping, 4 for Aunt/);
    expect(measure(text)).toMatchObject({ encoding: 'GSM-7', segments: 1 });
  });

  it('keeps the letters of other scripts, in two segments at most', () => {
    const text = whichThread({ brand, titles: ['Воскресный ужин', 'Поход'] });
    expect(text).toContain('1 for Воскресный ужин, 2 for Поход.');
    expect(measure(text).segments).toBeLessThanOrEqual(2);
  });

  it('fits, whatever threads are called', () => {
    fc.assert(
      fc.property(anyText(60), fc.array(anyText(60), { minLength: 2, maxLength: 4 }), (name, titles) => {
        const { segments, encoding } = measure(whichThread({ brand: name, titles }));
        expect(segments).toBeLessThanOrEqual(encoding === 'GSM-7' ? 1 : 2);
      }),
    );
  });
});

it('says that a text reached nobody, in one segment', () => {
  const text = reachedNobody({ brand, address: 'https://portal.familycirclesecure.com/messages' });
  expect(text).toContain('reached nobody');
  expect(text).toContain('https://portal.familycirclesecure.com/messages');
  expect(measure(text)).toMatchObject({ encoding: 'GSM-7', segments: 1 });
});
