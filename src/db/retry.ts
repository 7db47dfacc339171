/**
 * What D1 says when a statement met a passing fault: the effect may or may not have happened.
 * Source: Cloudflare's "D1 error list" and "Retry queries" pages.
 */
const TRANSIENT =
  /network connection lost|storage caused object to be reset|reset because its code was updated|internal error|connection closed/i;

/** Whether a failed D1 call may be repeated, given that repeating it is harmless. */
export function isTransient(error: unknown): boolean {
  for (let e: unknown = error; e instanceof Error; e = e.cause) if (TRANSIENT.test(e.message)) return true;
  return false;
}

/** Whether D1 sheds load: repeating would make it worse. */
export function isOverloaded(error: unknown): boolean {
  for (let e: unknown = error; e instanceof Error; e = e.cause)
    if (/overloaded/i.test(e.message)) return true;
  return false;
}

const PAUSES_MS = [20, 100];

/**
 * Runs an idempotent database call, and again (twice at the most) when it failed in passing.
 * Only for statements that may run twice: the first run's effect can be there already.
 * @throws what the call throws, when that does not pass
 */
export async function retrying<T>(call: () => Promise<T>): Promise<T> {
  for (const pause of PAUSES_MS) {
    try {
      return await call();
    } catch (error) {
      if (!isTransient(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  return await call();
}
