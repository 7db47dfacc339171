import type * as z from 'zod';

/** An issue of zod, before it has a message. */
type RawIssue = Parameters<NonNullable<NonNullable<Parameters<typeof z.config>[0]>['customError']>>[0];

const UNITS: Record<string, string> = { string: 'characters long', array: 'entries' };
const TYPES: Record<string, string> = {
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
};
const FORMATS: Record<string, string> = {
  email: 'an e-mail address',
  datetime: 'a time such as 2026-01-31T12:00:00Z',
};

const amount = (issue: { origin: string }, count: number | bigint) =>
  UNITS[issue.origin] ? `${count} ${UNITS[issue.origin]}` : String(count);

/**
 * The expected value in words, such as `at most 40 characters long`: for faults that a schema has no words for.
 */
export function expectation(issue: RawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'there' : (TYPES[issue.expected] ?? issue.expected);
    case 'too_small':
      return `at least ${amount(issue, issue.minimum)}`;
    case 'too_big':
      return `at most ${amount(issue, issue.maximum)}`;
    case 'invalid_value':
      return issue.values.map((value) => JSON.stringify(value)).join(' or ');
    case 'invalid_format':
      return FORMATS[issue.format] ?? 'well-formed';
    case 'unrecognized_keys':
      return `without ${issue.keys.join(', ')}`;
    default:
      return 'of another form';
  }
}

/** The same as the end of a sentence, for `details` of an answer. */
export const problemOf = (issue: RawIssue): string => `should be ${expectation(issue)}`;
