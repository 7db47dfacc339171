import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  predecessors,
  type Status,
  TRANSITIONS,
} from '../../../src/notifications/deliveries/delivery-status.ts';

const SRC = path.resolve(import.meta.dirname, '../../../src');

/** The statements of the product that write delivery rows, with their file. */
const writes = globSync('**/*.{ts,tsx}', { cwd: SRC }).flatMap((file) => {
  const code = readFileSync(path.join(SRC, file), 'utf8');
  const found = code.matchAll(/(?:UPDATE|INSERT INTO|REPLACE INTO|DELETE FROM)\s+sms_delivery_log\b/g);
  return [...found].map(({ 0: verb, index }) => {
    // A template may hold other templates; the statement ends where the backticks balance.
    const rest = code.slice(index);
    const end = rest.search(/`\s*[,;)]/);
    return { file, verb, statement: end < 0 ? rest : rest.slice(0, end) };
  });
});
const updates = writes.filter(({ verb }) => verb.startsWith('UPDATE'));
const setsStatus = updates.filter(({ statement }) =>
  /[\s,]status\s*=/.test(statement.split(/\bWHERE id\b|\bFROM \(/)[0]!),
);

describe('the state machine', () => {
  it.each<[Status, Status[]]>([
    ['pending', ['deferred', 'sending', 'suppressed', 'merged']],
    ['deferred', ['pending', 'deferred', 'suppressed', 'merged']],
    ['sending', ['sent', 'pending', 'failed']],
    ['sent', ['delivered', 'undelivered', 'failed']],
    ['undelivered', ['pending']],
    ['delivered', []],
    ['failed', []],
    ['suppressed', []],
    ['merged', []],
  ])('lets %s become %j', (status, next) => {
    expect(TRANSITIONS[status]).toEqual(next);
    for (const to of next) expect(predecessors(to)).toContain(status);
  });

  it('guards every statement that writes a status', () => {
    expect(setsStatus.length).toBeGreaterThanOrEqual(8);
    const unguarded = setsStatus.filter(({ statement }) => !/\$\{mayBecome\(/.test(statement));
    expect(unguarded).toEqual([]);
  });

  it('guards it by the very state that is written', () => {
    const plain = setsStatus.flatMap(({ statement }) => {
      const written = /SET\s+status = '(\w+)'/.exec(statement)?.[1];
      return written === undefined
        ? []
        : [{ written, isGuarded: statement.includes(`mayBecome('${written}'`) }];
    });
    expect(plain.map(({ written }) => written)).toEqual(
      expect.arrayContaining(['sending', 'merged', 'suppressed']),
    );
    expect(plain.filter(({ isGuarded }) => !isGuarded)).toEqual([]);
  });

  it('loses no row: nothing deletes or replaces one', () => {
    expect(writes.filter(({ verb }) => /^(DELETE|REPLACE)/.test(verb))).toEqual([]);
  });
});
