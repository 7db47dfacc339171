const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_LENGTH = 10;
const RANDOM_LENGTH = 16;

/** A ULID (github.com/ulid/spec): 48 bits of time and 80 of chance in Crockford's base 32, sorting by time. */
function ulid(now: number): string {
  let time = '';
  for (let rest = Math.floor(now); time.length < TIME_LENGTH; rest = Math.floor(rest / 32)) {
    time = ALPHABET[rest % 32] + time;
  }
  const random = crypto.getRandomValues(new Uint8Array(RANDOM_LENGTH));
  return time + Array.from(random, (byte) => ALPHABET[byte % 32]).join('');
}

/**
 * A new id: a prefix naming the kind, and a ULID, so that ids sort by time.
 * @param now milliseconds since the epoch
 */
export function newId(prefix: string, now: number): string {
  return `${prefix}_${ulid(now)}`;
}
