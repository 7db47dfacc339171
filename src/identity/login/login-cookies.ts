import type { Config } from '../../platform/config.ts';
import { cookieName, cookieValue, setCookie } from '../../platform/http/cookies.ts';
import { DEVICE_TTL_SECONDS } from './known-device.ts';

const HANDLE = 'fcs_login';
const DEVICE = 'fcs_device';

const read = (request: Request, config: Config, name: string): string | null =>
  cookieValue(request.headers.get('Cookie'), cookieName(config, name)) || null;

/** The Set-Cookie value that keeps the handle of a sign-in for as long as its code lives. */
export const handleCookie = (config: Config, handle: string): string =>
  setCookie(config, HANDLE, handle, config.CODE_TTL_SECONDS);

/** The handle of the sign-in that was started in this browser; null for none. */
export const handleOf = (request: Request, config: Config): string | null => read(request, config, HANDLE);

/** The Set-Cookie value that keeps a device's token, beyond the end of its sessions. */
export const deviceCookie = (config: Config, device: string): string =>
  setCookie(config, DEVICE, device, DEVICE_TTL_SECONDS);

/** The device's token of this browser; null for none. */
export const deviceOf = (request: Request, config: Config): string | null => read(request, config, DEVICE);
