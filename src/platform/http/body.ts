import type * as z from 'zod';
import { AppError } from '../errors.ts';
import { problemOf } from './problem-words.ts';

/** No body of ours needs more. */
const MAX_BODY_BYTES = 64 * 1024;

/** Reads a body to its end or to the limit. @throws AppError `too_large`, `invalid_request` */
export async function readText(request: Request, maxBytes = MAX_BODY_BYTES): Promise<string> {
  const tooLarge = () => new AppError('too_large', `Send at most ${maxBytes} bytes.`);
  if (Number(request.headers.get('Content-Length') ?? 0) > maxBytes) throw tooLarge();
  if (!request.body) return '';
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
  const reader = request.body.getReader();
  let text = '';
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      size += value.byteLength;
      if (size > maxBytes) throw tooLarge();
      text += decoder.decode(value, { stream: true });
    }
  } catch (error) {
    reader.releaseLock();
    if (error instanceof AppError) throw error;
    throw new AppError('invalid_request', 'The body could not be read as UTF-8 text.');
  }
}

/** So much of a body that nobody wants is read away; more breaks the connection. */
const MAX_UNWANTED_BYTES = 32 * 1024 * 1024;

/**
 * Reads away what nobody has read of a body. Cut off in the middle of sending, a client would meet a broken
 * connection, now or with its next request, instead of the answer that says why (RFC 9112, section 9.6).
 */
export async function discardBody({ body }: Request): Promise<void> {
  if (!body || body.locked) return;
  const reader = body.getReader();
  try {
    for (let left = MAX_UNWANTED_BYTES; left > 0; ) {
      const { done, value } = await reader.read();
      if (done) return;
      left -= value.byteLength;
    }
  } catch {
    // The client has gone; there is nobody to answer.
  }
}

/** The media type without parameters, lower case. */
export const mediaType = (request: Request): string =>
  (request.headers.get('Content-Type') ?? '').split(';')[0]!.trim().toLowerCase();

/** Checks a value against a schema; each fault becomes an entry of `details`. @throws AppError `invalid_request` */
export function check<T extends z.ZodType>(
  schema: T,
  value: unknown,
  where: 'body' | 'query' | 'path',
): z.output<T> {
  const parsed = schema.safeParse(value, { error: problemOf });
  if (parsed.success) return parsed.data;
  const details = parsed.error.issues
    .slice(0, 20)
    .map((issue) => ({ in: where, field: issue.path.join('.'), problem: issue.message }));
  const fields = [...new Set(details.map(({ field }) => field || where))].join(', ');
  throw new AppError('invalid_request', `Correct what "details" names: ${fields}.`, { details });
}

/** Reads and checks a JSON body; an absent one counts as `{}` where `optional`. */
export async function readJson<T extends z.ZodType>(
  request: Request,
  schema: T,
  { optional = false } = {},
): Promise<z.output<T>> {
  const text = await readText(request);
  if (text === '' && optional) return check(schema, {}, 'body');
  if (!/^application\/([\w.+-]+\+)?json$/.test(mediaType(request))) {
    throw new AppError('unsupported_media_type', 'Send JSON, with Content-Type: application/json.');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AppError('invalid_request', 'The body is not valid JSON.');
  }
  return check(schema, value, 'body');
}

/** Reads a urlencoded form, every value of every name. @throws AppError 413, 415 */
export async function readForm(request: Request): Promise<URLSearchParams> {
  if (mediaType(request) !== 'application/x-www-form-urlencoded') {
    throw new AppError('unsupported_media_type', 'Send a form, as application/x-www-form-urlencoded.');
  }
  return new URLSearchParams(await readText(request));
}
