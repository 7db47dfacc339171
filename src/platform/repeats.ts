import { MINUTE_MS } from './time.ts';

/**
 * What works once answers its own repeat with its own success for so long: a button that was pressed twice, a request
 * that was sent again because its answer was lost.
 */
export const REPEAT_MS = MINUTE_MS;
