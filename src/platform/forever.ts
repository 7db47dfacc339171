/** Muted for good: the last moment that a date can name, in milliseconds. */
export const FOREVER = 8_640_000_000_000_000;
