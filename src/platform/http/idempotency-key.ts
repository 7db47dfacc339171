import { AppError } from '../errors.ts';

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
