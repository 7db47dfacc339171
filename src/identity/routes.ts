import type { Endpoint } from '../platform/endpoint.ts';
import { loginEndpoints } from './login-routes.ts';
import { meEndpoints } from './me-routes.ts';
import { phoneEndpoints } from './phone-routes.ts';
import { preferencesEndpoints } from './preferences-routes.ts';

/** Every JSON route about who somebody is and what they agreed to. */
export const identityEndpoints: Endpoint[] = [
  ...phoneEndpoints,
  ...loginEndpoints,
  ...meEndpoints,
  ...preferencesEndpoints,
];
