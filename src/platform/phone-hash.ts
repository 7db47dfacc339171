import { base64url, hmacSha256 } from './bytes.ts';

/** The keyed hash under which everything that belongs to a number is kept. `number` is E.164. */
export async function phoneHash(phoneSecret: string, number: string): Promise<string> {
  return base64url(await hmacSha256(phoneSecret, `phone:${number}`));
}
