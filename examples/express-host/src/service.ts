import { type ApiOptions, createApi } from '@family-circle-secure/client';
import { SignJWT } from 'jose';

/** How the chat speaks to FamilyCircleSecure: as itself, with short tokens that it signs with the shared secret. */
export function connect(origin: string, authSecret: string) {
  const key = new TextEncoder().encode(authSecret);
  const token = () =>
    new SignJWT({ scope: 'service:mirror service:post service:read' })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject('express-host')
      .setExpirationTime('5m')
      .sign(key);
  const options: ApiOptions = { origin, token };
  return { options, api: createApi(options) };
}

/** See {@link connect}. */
export type Service = ReturnType<typeof connect>;

/** The family that all people of this chat are of; a larger one has many. */
export const FAMILY = { id: 'fam_express', name: 'The Riveras', timeZone: 'America/New_York' };
