import { AppError } from '../errors.ts';

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
