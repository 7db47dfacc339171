import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorFields } from '../../src/platform/log.ts';

const thrownBy = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error;
  }
};

describe('errorFields', () => {
  it('lets the innermost cause speak, under the name of the outermost', () => {
    const error = new TypeError('outside', { cause: new Error('between', { cause: new Error('inside') }) });
    expect(errorFields(error)).toEqual({ error: 'TypeError', cause: 'inside' });
  });

  it.each(['+12025550123', '2025550123', '(202) 555-0123', '+1 202.555.0123'])('strikes out %s', (number) => {
    expect(errorFields(new Error(`no row for ${number} here`)).cause).not.toMatch(/\d{3}/);
  });

  it('does not quote what could not be read', () => {
    const error = thrownBy(() => JSON.parse('{"body": Dear Rosa}'));
    expect(errorFields(error)).toEqual({ error: 'SyntaxError', cause: 'not to be read' });
    expect(errorFields(new Error('outside', { cause: error })).cause).toBe('not to be read');
  });

  it('keeps long messages short, and takes anything that was thrown', () => {
    expect(errorFields(new Error('x'.repeat(1000))).cause).toHaveLength(300);
    expect(errorFields('words')).toEqual({ error: 'unknown', cause: 'string' });
  });
});

it('is the only one: Cloudflare’s own lines hold addresses in full, and so sign-ins, and are off', () => {
  expect(readFileSync('wrangler.toml', 'utf8')).toMatch(
    /\[observability\.logs\]\nenabled = true\ninvocation_logs = false/,
  );
});
