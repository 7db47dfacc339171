import { describe, expect, it } from 'vitest';
import { initials, listNames, peopleOf } from '../../src/web/people.tsx';

describe('initials', () => {
  it.each([
    ['Grandma Rosa', 'GR'],
    ['Leo', 'L'],
    ['  maya  de la  cruz ', 'MC'],
    ['Ñandú', 'Ñ'],
    ['👵 Rosa', 'R'],
    ['李 小龍', '李小'],
    ['“Bob”', 'B'],
    ['', '?'],
    ['👵', '?'],
  ])('of %j are %s', (name, letters) => expect(initials(name)).toBe(letters));
});

describe('listNames', () => {
  it.each([
    [[], ''],
    [['Ana'], 'Ana'],
    [['Ana', 'Ben'], 'Ana and Ben'],
    [['Ana', 'Ben', 'Cy', 'Dee'], 'Ana, Ben, Cy and Dee'],
    [['Ana', 'Ben', 'Cy', 'Dee', 'Eve'], 'Ana, Ben, Cy and 2 more'],
  ])('%j reads %j', (names, words) =>
    expect(
      listNames(names)
        .map(({ text }) => text)
        .join(''),
    ).toBe(words),
  );
});

describe('peopleOf', () => {
  it('gives the first eight of a family colours that differ, and strangers one that stays', () => {
    const family = Array.from({ length: 8 }, (_, i) => ({ id: `usr_${i}`, name: `P${i}` }));
    const person = peopleOf(family);
    expect(new Set(family.map(({ id, name }) => person(id, name).colour)).size).toBe(8);
    const colour = person('gone', 'Former member').colour;
    expect(peopleOf([])('gone', 'Former member').colour).toBe(colour);
    expect(colour).toBeGreaterThanOrEqual(0);
    expect(colour).toBeLessThan(8);
  });
});
