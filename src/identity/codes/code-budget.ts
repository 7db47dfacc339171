import type { Config } from '../../platform/config.ts';
import { sha256 } from '../../platform/crypto.ts';
import { clientNetworks } from '../../platform/rate-limit.ts';
import { numberPrefix } from '../../platform/sms/phone-number.ts';
import { DAY_MS, HOUR_MS } from '../../platform/time.ts';

/** A request for a code. */
export interface CodeRequest {
  /** E.164, and its keyed hash. */
  number: string;
  numberHash: string;
  /** The client's address. */
  address: string;
  /** Null when nobody is signed in. */
  userId: string | null;
  /** The device that asks, if this number's holder signed in with it before. */
  deviceId: string | null;
}

/** Who asks. They count apart: none uses up what another needs. */
type Asker = 'proof' | 'device' | 'stranger';

export const askerOf = ({ userId, deviceId }: CodeRequest): Asker => {
  if (deviceId !== null) return 'device';
  return userId === null ? 'stranger' : 'proof';
};

/** A fixed window, with one row. */
export interface Window {
  key: string;
  windowAt: number;
  endsAt: number;
  limit: number;
  /** The limit while strangers flood the service with numbers that nobody has. */
  narrowLimit: number;
}

function window(key: string, length: number, limit: number, now: number, narrowLimit = limit): Window {
  const windowAt = now - (now % length);
  return { key, windowAt, endsAt: windowAt + length, limit, narrowLimit };
}

/** The key of the sends to a number. */
export function numberLog(request: CodeRequest): string {
  const { deviceId, numberHash, userId } = request;
  if (deviceId !== null) return `code-device:${deviceId}`;
  return userId === null ? `code-number:${numberHash}` : `code-proof:${numberHash}`;
}

/** The key of the sends that a person asked for. */
export const personLog = (userId: string): string => `code-person:${userId}`;

/** The whole service's texts with codes. */
const SERVICE = 'code-texts';
export const isServiceWide = (key: string): boolean => key.startsWith(SERVICE);

/**
 * The sign-ins of a day that were started with numbers nobody has. They cost no text and so no part of `CODES_PER_DAY`,
 * but rows: beyond twice as many of their own, every network, of any width, may start a quarter of what one address may
 * otherwise. That holds known and unknown numbers alike, or it would tell them apart.
 */
export const unknownNumbers = (config: Config, now: number): Window =>
  window('code-unknown', DAY_MS, 2 * config.CODES_PER_DAY, now);

/** The limits by network on what an asker may start; a known device has an allowance of its own instead. */
export function networkWindows(request: CodeRequest, config: Config, now: number): Window[] {
  const asker = askerOf(request);
  if (asker === 'device') return [];
  const ofOne = config.CODES_PER_ADDRESS_HOUR;
  const narrow = asker === 'stranger' ? Math.max(1, Math.ceil(ofOne / 4)) : Number.MAX_SAFE_INTEGER;
  return clientNetworks(request.address).map(({ network, times }) =>
    window(`code-network:${asker}:${network}`, HOUR_MS, ofOne * times, now, Math.min(ofOne * times, narrow)),
  );
}

/** The share of the day's texts that each kind of asker can use up; what is left is for the others. */
const SHARES = { stranger: 0.8, proof: 0.9, device: 1 };

/** The limits on texts that are handed to the carrier: they guard money, so nothing else counts. */
export async function textWindows(request: CodeRequest, config: Config, now: number): Promise<Window[]> {
  const asker = askerOf(request);
  const ofDay = config.CODES_PER_DAY;
  const service = [window(SERVICE, DAY_MS, ofDay, now)];
  if (asker === 'device') return service;
  // Hashed, because all but the last four digits of a number are personal data too.
  const prefix = await sha256(`${config.PHONE_SECRET}:${numberPrefix(request.number)}`);
  return [
    window(`code-prefix:${asker}:${prefix}`, HOUR_MS, config.CODES_PER_PREFIX_HOUR, now),
    window(`${SERVICE}:${asker}`, DAY_MS, Math.ceil(ofDay * SHARES[asker]), now),
    ...service,
  ];
}
