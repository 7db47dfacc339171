import { AppError } from '../errors.ts';
import { MINUTE_MS } from '../time.ts';

/**
 * What works once answers its own repeat with its own success for so long: a button that was pressed twice, a request
 * that was sent again because its answer was lost.
 */
export const REPEAT_MS = MINUTE_MS;

/**
 * An Idempotency-Key: printable, at most 200 characters (draft-ietf-httpapi-idempotency-key-header); null for none.
 * @throws AppError `invalid_request`
 */
export function idempotencyKey(request: Request): string | null {
  const key = request.headers.get('Idempotency-Key');
  if (key === null) return null;
  if (!/^[\x21-\x7e]([\x20-\x7e]{0,198}[\x21-\x7e])?$/.test(key)) {
    throw new AppError(
      'invalid_request',
      'The Idempotency-Key should be 1 to 200 printable ASCII characters.',
    );
  }
  return key;
}

/**
 * The headers of an answer with an ETag. `no-transform` (RFC 9111 §5.2.2.6), because an edge that compresses an answer
 * makes its tag weak.
 */
export const tagged = (etag: string): Record<string, string> => ({
  ETag: etag,
  'Cache-Control': 'no-store, no-transform',
});

/**
 * Whether an If-Match header permits a change of a resource with this ETag. Absent and `*` do. Compared without `W/`,
 * more leniently than RFC 9110 §13.1.1: our tags count changes of what is stored, and an edge may have made one weak on
 * its way to the client. Never throws.
 */
export function ifMatches(header: string | null, etag: string): boolean {
  if (header === null || header.trim() === '*') return true;
  return header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}

/** 412: the resource has changed since it was read. */
export const preconditionFailed = (): AppError =>
  new AppError('precondition_failed', 'This has changed since you read it; read it again, then repeat.');
