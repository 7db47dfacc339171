import { meEndpoints } from './account/me-endpoints.ts';
import { loginEndpoints } from './login/login-endpoints.ts';
import { vouchEndpoints } from './login/vouch-endpoints.ts';
import { phoneEndpoints } from './phone/phone-endpoints.ts';
import { preferencesEndpoints } from './preferences/preferences-endpoints.ts';

/** Every JSON route about who somebody is and what they agreed to. */
export const identityEndpoints = [
  ...phoneEndpoints,
  ...loginEndpoints,
  ...vouchEndpoints,
  ...meEndpoints,
  ...preferencesEndpoints,
] as const;
