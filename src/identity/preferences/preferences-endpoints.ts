import { currentWording } from '../../consent/wordings.ts';
import { AppError } from '../../platform/errors.ts';
import { endpoint, jsonResponse } from '../../platform/http/endpoint.ts';
import { tagged } from '../../platform/http/repeated-requests.ts';
import { consentRequest } from '../request-schemas.ts';
import { patchPreferences } from './patch-preferences.ts';
import { preferencesAnswer, preferencesPatch } from './preferences-schema.ts';
import { readPreferences } from './read-preferences.ts';

/** Preferences: which texts a person wants, when, and with how much content. */
export const preferencesEndpoints = [
  endpoint({
    method: 'get',
    path: '/api/preferences',
    who: 'user',
    tag: 'Preferences',
    summary: 'The caller’s preferences',
    answer: { status: 200, description: 'Preferences, with an ETag', schema: preferencesAnswer },
    handle: async ({ deps, caller }) => {
      const found = await readPreferences(deps, caller);
      if (!found) throw new AppError('unauthenticated', 'This account does not exist any more.');
      return jsonResponse(found.preferences, 200, tagged(found.etag));
    },
  }),
  endpoint({
    method: 'patch',
    path: '/api/preferences',
    who: 'user',
    tag: 'Preferences',
    summary: 'Change preferences; absent fields keep what is there',
    headers: { 'If-Match': 'Optional. The ETag that was read: a change in between is then a 412.' },
    body: preferencesPatch,
    answer: { status: 200, description: 'Preferences, with the new ETag', schema: preferencesAnswer },
    errors: [
      'thread_not_found',
      'phone_unverified',
      'carrier_opted_out',
      'precondition_failed',
      'rate_limited',
    ],
    handle: async ({ deps, caller, client, body, request }) => {
      await deps.edge.act('preferences', caller, deps.now());
      const changed = await patchPreferences(deps, {
        ...consentRequest(caller, client),
        patch: body,
        ifMatch: request.headers.get('If-Match'),
        currentVersion: currentWording({ brand: deps.config.BRAND_NAME }).version,
      });
      return jsonResponse(changed.preferences, 200, tagged(changed.etag));
    },
  }),
] as const;
