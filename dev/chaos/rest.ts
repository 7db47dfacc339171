import { setTimeout as pause } from 'node:timers/promises';

/** Waits so many ms, less when the signal comes first. @returns whether it waited to the end */
export async function rest(ms: number, over: AbortSignal): Promise<boolean> {
  try {
    return await pause(ms, true, { signal: over });
  } catch (error) {
    if (over.aborted) return false;
    throw error;
  }
}
