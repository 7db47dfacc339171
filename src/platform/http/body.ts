import type * as z from 'zod';
import { AppError } from '../errors.ts';
import { problemOf } from './problem-words.ts';

/** Max. size of a request body, in bytes. */
const MAX_BODY_BYTES = 64 * 1024;

/** Reads a body up to the limit. @throws AppError `too_large`, `invalid_request` */
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

/** Max. bytes of an unread body that are read and discarded; a longer one breaks the connection. */
const MAX_UNWANTED_BYTES = 32 * 1024 * 1024;
/** Bytes that are waited for before any are looked at: a body of many small pieces costs most by their number. */
const UNWANTED_AT_ONCE = 256 * 1024;

/**
 * Reads and discards the unread rest of a body. Otherwise a client that is still sending would see a broken
 * connection, now or with its next request, instead of the answer (RFC 9112, section 9.6). Never throws.
 */
export async function discardBody({ body }: Request): Promise<void> {
  if (!body || body.locked) return;
  try {
    const reader = body.getReader({ mode: 'byob' });
    let room = new ArrayBuffer(UNWANTED_AT_ONCE);
    for (let left = MAX_UNWANTED_BYTES; left > 0; ) {
      const { done, value } = await reader.readAtLeast(UNWANTED_AT_ONCE, new Uint8Array(room));
      if (done) return;
      left -= value.byteLength;
      room = value.buffer as ArrayBuffer;
    }
  } catch {
    // The client has disconnected.
  }
}

/** The media type without parameters, lower case. */
export const mediaType = (request: Request): string =>
  (request.headers.get('Content-Type') ?? '').split(';')[0]!.trim().toLowerCase();

/**
 * Validates a value against a schema; each fault becomes an entry of `details`.
 * @throws AppError `invalid_request`
 */
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

/**
 * Reads and validates a JSON body; an absent one counts as `{}` if `optional`.
 * @throws AppError `too_large`, `unsupported_media_type`, `invalid_request`
 */
export async function readJson<T extends z.ZodType>(
  request: Request,
  schema: T,
  { optional = false, maxBytes }: { optional?: boolean; maxBytes?: number | undefined } = {},
): Promise<z.output<T>> {
  const text = await readText(request, maxBytes);
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

/**
 * Reads a urlencoded form, with all values of repeated names.
 * @throws AppError `too_large`, `unsupported_media_type`, `invalid_request`
 */
export async function readForm(request: Request): Promise<URLSearchParams> {
  if (mediaType(request) !== 'application/x-www-form-urlencoded') {
    throw new AppError('unsupported_media_type', 'Send a form, as application/x-www-form-urlencoded.');
  }
  return new URLSearchParams(await readText(request));
}
