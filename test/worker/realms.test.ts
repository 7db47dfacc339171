import { describe, expect, it } from 'vitest';
import { noteTrip, realmsOf, tripsThatStraddle } from './realms.ts';

const TABLES = new Set(['users', 'families', 'threads', 'links', 'alerts', 'rate_counters', 'phone_numbers']);

describe('realmsOf', () => {
  it.each([
    ['SELECT 1', []],
    ["SELECT value FROM json_each('[]')", []],
    ['SELECT * FROM users u JOIN families f ON f.id = u.family_id', ['family']],
    ['INSERT INTO alerts (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET count = 2', ['directory']],
    ['UPDATE links SET consumed_at = 1', ['family']],
    ['DELETE FROM rate_counters WHERE rowid IN (SELECT rowid FROM rate_counters)', ['directory']],
    ['SELECT * FROM phone_numbers n JOIN users u ON u.id = n.user_id', ['directory', 'family']],
    ['UPDATE users SET phone = (SELECT number FROM phone_numbers)', ['family', 'directory']],
  ])('%s', (query, realms) => {
    expect([...realmsOf(query, TABLES)]).toEqual(realms);
  });
});

describe('tripsThatStraddle', () => {
  it('tells of what touches both realms, and of what is sent to the wrong one', () => {
    noteTrip(['SELECT * FROM users', 'SELECT * FROM threads'], 'family');
    noteTrip(['SELECT * FROM alerts', 'SELECT 1'], 'directory');
    expect(tripsThatStraddle(TABLES)).toEqual([]);
    noteTrip(['SELECT * FROM users', 'SELECT * FROM alerts']);
    noteTrip(['SELECT * FROM alerts'], 'family');
    expect(tripsThatStraddle(TABLES)).toEqual([
      'SELECT * FROM users;\nSELECT * FROM alerts',
      'SELECT * FROM alerts',
    ]);
  });
});
