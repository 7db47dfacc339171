import * as z from 'zod';
import { isBlank, withoutBidiControls } from '../characters.ts';
import { once } from '../once.ts';

/** Control characters that no id, name or title holds. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const CONTROL = /[\u0000-\u001f\u007f]/;
/** What ends a line, or moves in it, besides those. */
const LINE_CONTROL = /[\u0080-\u009f\u2028\u2029]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above; tab and line feeds may stand in a message
const CONTROL_IN_PROSE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** What no path can name: whoever reads an address takes these segments away (RFC 3986, 5.2.4), percent-encoded too. */
const DOT_SEGMENT = /^\.\.?$/;

/** An id: opaque, without control characters, at most 200 characters, not `.` or `..`. */
export const id = z
  .string()
  .min(1)
  .max(200)
  .refine((text) => text.isWellFormed() && !CONTROL.test(text), 'should be an id without control characters')
  .refine(
    (text) => !DOT_SEGMENT.test(text),
    'should be another id than "." and "..", which no address can name',
  );

/** One line of text with something to see, trimmed, without controls of direction: a name, a title. */
export const line = (max: number) =>
  z
    .string()
    .overwrite(withoutBidiControls)
    .trim()
    .min(1)
    .max(max)
    .refine(
      (text) => text.isWellFormed() && !CONTROL.test(text) && !LINE_CONTROL.test(text),
      'should be one line of well-formed text',
    )
    .refine((text) => text === '' || !isBlank(text), 'should show at least one character');

/** Prose of several lines, at most `max` characters; may be empty. */
export const prose = (max: number) =>
  z
    .string()
    .max(max)
    .refine((text) => text.isWellFormed() && !CONTROL_IN_PROSE.test(text), 'should be well-formed text');

/** A point in time as the API gives it: ISO 8601, UTC, to milliseconds. */
export const timestamp = z.iso.datetime();

/** A point in time as callers may write it: ISO 8601 with an offset or Z, to milliseconds. */
export const instant = z.iso
  .datetime({ offset: true, error: 'should be a time such as 2026-01-31T12:00:00Z' })
  .transform((text) => Date.parse(text))
  .refine((ms) => !Number.isNaN(ms), 'should be a time such as 2026-01-31T12:00:00Z');

/** Max. entries of a page. */
const MOST_OF_A_PAGE = 200;

/** A page's size in a query string; larger values give a full page (google.aip.dev/158). */
export const pageSize = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, 'should be a whole number from 1')
  .transform((digits) => Math.min(Number(digits), MOST_OF_A_PAGE))
  .default(50)
  .meta({ type: 'integer', minimum: 1, description: '50 when absent; a page holds 200 at most' });

/** A time as the API writes it. */
export const iso = (ms: number): string => new Date(ms).toISOString();

/** A time that may be absent, as the API writes it. */
export const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));

/**
 * A schema that the API's description refers to by its name. As all answers' schemas it is read by that description alone,
 * and built when it is first asked for: no start of an isolate pays for it.
 */
export const namedSchema = <S extends z.ZodType>(name: string, build: () => S): (() => S) =>
  once(() => {
    const schema = build();
    z.globalRegistry.add(schema, { ...schema.meta(), id: name });
    return schema;
  });
