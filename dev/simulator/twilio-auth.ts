import type { Settings } from './options.ts';

/** Whether an Authorization header is HTTP Basic with the account's token or its API key. */
export function isAuthorized(settings: Settings, header: string | undefined): boolean {
  const [scheme, encoded] = (header ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'basic' || encoded === undefined) return false;
  const given = Buffer.from(encoded, 'base64').toString('utf8');
  const { accountSid, authToken, keySid, keySecret } = settings;
  if (given === `${accountSid}:${authToken}`) return true;
  return keySid !== null && keySecret !== null && given === `${keySid}:${keySecret}`;
}
