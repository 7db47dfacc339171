import { AppError } from '../errors.ts';
import type { LocationHint } from './location-hint.ts';

/** The part of a `DurableObjectNamespace` that is used. */
export interface ObjectNamespace<Id, Stub> {
  idFromName(name: string): Id;
  get(id: Id, options?: { locationHint?: LocationHint }): Stub;
}

const PAUSES_MS = [50, 200];

/** Flags that Cloudflare sets on the errors that a Durable Object's stub throws ("Durable Objects: error handling"). */
function mark(error: unknown, name: 'retryable' | 'overloaded'): boolean {
  return typeof error === 'object' && error !== null && (error as Record<string, unknown>)[name] === true;
}

/**
 * Calls the Durable Object of that name. A stub stays broken after an error, so every attempt uses a new one;
 * `.retryable` errors are retried twice, `.overloaded` ones never, as that would add to the load.
 * @param hint where it is made, if this is its first call
 * @throws AppError `unavailable` when the object could not be reached or is overloaded; other errors unchanged
 */
export async function callObject<Id, Stub, T>(
  namespace: ObjectNamespace<Id, Stub>,
  name: string,
  call: (stub: Stub) => Promise<T>,
  hint: LocationHint | null = null,
): Promise<T> {
  const options = hint === null ? {} : { locationHint: hint };
  for (let attempt = 0; ; attempt++) {
    try {
      return await call(namespace.get(namespace.idFromName(name), options));
    } catch (error) {
      const overloaded = mark(error, 'overloaded');
      if (!overloaded && !mark(error, 'retryable')) throw error;
      const pause = PAUSES_MS[attempt];
      if (overloaded || pause === undefined) throw unavailable(error);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

function unavailable(cause: unknown): AppError {
  const error = new AppError('unavailable', 'The family is busy. Try again in a moment.', {
    retryAfterSeconds: 2,
  });
  error.cause = cause;
  return error;
}
