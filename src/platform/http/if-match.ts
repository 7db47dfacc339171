import { AppError } from '../errors.ts';

/**
 * Whether an If-Match header permits a change of a resource with this strong ETag (RFC 9110 §13.1.1). Absent
 * and `*` do; weak tags never match. Never throws.
 */
export function ifMatches(header: string | null, etag: string): boolean {
  if (header === null || header.trim() === '*') return true;
  return header.split(',').some((tag) => tag.trim() === etag);
}

/** 412: the resource has changed since it was read. */
export const preconditionFailed = (): AppError =>
  new AppError('precondition_failed', 'This has changed since you read it; read it again, then repeat.');
