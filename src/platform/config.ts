import * as z from 'zod';
import { EVENT_TYPES } from '../db/column-values.ts';
import { utf8 } from './crypto.ts';
import { LOCATION_HINTS } from './family/location-hint.ts';
import { expectation } from './http/problem-words.ts';
import { once } from './once.ts';
import { isLoopback, mayReceive } from './public-address.ts';
import { MESSAGING_SERVICE, MOST_PER_SECOND, SENDER_NUMBER, sendersSetting } from './sms/senders.ts';

const ORIGIN = 'an origin such as https://portal.example.com, without a path';
/** An origin as browsers write it: lower case, without its default port; null for anything else. */
function asOrigin(text: string): string | null {
  const { protocol, origin, href } = URL.canParse(text)
    ? new URL(text)
    : { protocol: '', origin: '', href: '' };
  return /^https?:$/.test(protocol) && href === `${origin}/` ? origin : null;
}
const origin = z
  .string(ORIGIN)
  .refine((text) => asOrigin(text) !== null, ORIGIN)
  .transform((text) => asOrigin(text) ?? text);
const url = z.string().refine((text) => URL.canParse(text) && /^https?:/.test(text), 'an http(s) address');
const secureUrl = z.string().refine((text) => URL.canParse(text) && /^https:/.test(text), 'an https address');
/** Who can change what such an address answers can sign anybody in, so nobody on the way may. */
const keySetUrl = z.string().refine((text) => {
  const { protocol, hostname } = URL.canParse(text) ? new URL(text) : { protocol: '', hostname: '' };
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}, 'an https address (http on this machine only)');
const secret = (least: number) => {
  const expected = `a secret of at least ${least} bytes`;
  return z.string(expected).refine((text) => utf8(text).length >= least, expected);
};
/** Standard Webhooks: `whsec_` and 24 to 64 bytes in base64. */
const WEBHOOK_SECRET = 'whsec_ and 24 to 64 random bytes in base64';
function isWebhookSecret(text: string): boolean {
  try {
    const bytes = atob(/^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1] ?? '').length;
    return bytes >= 24 && bytes <= 64;
  } catch {
    return false; // No base64.
  }
}
const webhookSecret = z.string(WEBHOOK_SECRET).refine(isWebhookSecret, WEBHOOK_SECRET);
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

const amount = (what: string, from: number, to: number) =>
  z
    .union([z.string(), z.number()], what)
    .transform(Number)
    .refine((n) => n >= from && n <= to, `${what} from ${from} to ${to}`);
const seconds = (from = 1, to = 31_536_000) => amount('a number of seconds', from, to);
const count = (from = 1, to = 1_000_000) =>
  amount('a whole number', from, to).refine(Number.isInteger, `a whole number from ${from} to ${to}`);

const HOURS = 'hours of the day such as 08:00-21:00';
const minuteOfDay = (text: string) => {
  const [hour = 0, minute = 0] = text.split(':').map(Number);
  return hour * 60 + minute;
};
/** From a minute of the day (inclusive) to another (exclusive), which is smaller when midnight lies between. */
const hours = z
  .string(HOURS)
  .regex(/^\s*(?:[01]?\d|2[0-3]):[0-5]\d\s*-\s*(?:(?:[01]?\d|2[0-3]):[0-5]\d|24:00)\s*$/, HOURS)
  .transform((text) => {
    const [from = '', to = ''] = text.split('-');
    return { from: minuteOfDay(from), to: minuteOfDay(to) };
  })
  .refine(({ from, to }) => from !== to, HOURS);

/** The settings; built when they are first read, since a start has no need of them. */
const describeFields = () => ({
  PUBLIC_ORIGIN: origin,
  BRAND_NAME: z.string().min(1).max(40).default('FamilyCircleSecure'),
  AUTH_SECRET: secret(32).optional(),
  AUTH_SECRET_PREVIOUS: secret(32).optional(),
  AUTH_JWKS_URL: keySetUrl.optional(),
  AUTH_ISSUER: z.string().optional(),
  AUTH_AUDIENCE: z.string().optional(),
  SESSION_SECRET: secret(16),
  SESSION_SECRET_PREVIOUS: secret(16).optional(),
  MAGIC_SECRET: secret(16),
  MAGIC_SECRET_PREVIOUS: secret(16).optional(),
  PHONE_SECRET: secret(16),
  TWILIO_SID: z
    .string('an account SID such as AC followed by 32 characters')
    .regex(/^AC\w{2,62}$/, 'an account SID such as AC followed by 32 characters'),
  TWILIO_AUTH: z
    .string('the auth token of the Twilio account')
    .min(1, 'the auth token of the Twilio account'),
  TWILIO_AUTH_SECONDARY: z.string().optional(),
  TWILIO_KEY_SID: z
    .string()
    .regex(/^SK\w{2,62}$/, 'an API key SID such as SK followed by 32 characters')
    .optional(),
  TWILIO_KEY_SECRET: z.string().optional(),
  TWILIO_FROM: z.string().regex(SENDER_NUMBER, 'a number in E.164 form, or a short code').optional(),
  TWILIO_MESSAGING_SERVICE_SID: z
    .string()
    .regex(MESSAGING_SERVICE, 'a messaging service SID such as MG followed by 32 characters')
    .optional(),
  TWILIO_API_BASE: url.transform((text) => text.replace(/\/+$/, '')).default('https://api.twilio.com'),
  TWILIO_TIMEOUT_SECONDS: seconds(0.1, 60).default(10),
  OPT_OUT_REPLIES: z.enum(['twilio', 'app'], 'twilio or app').default('twilio'),
  SMS_ALLOWED_COUNTRIES: list
    .refine(
      (codes) => codes.length > 0 && codes.every((code) => /^[A-Z]{2}$/.test(code)),
      'country codes such as US,CA',
    )
    .default(['US', 'CA']),
  IOS_APP_IDS: list
    .refine(
      (ids) => ids.every((id) => /^\w+(\.[\w-]+)+$/.test(id)),
      'app ids such as ABCDE12345.com.example.app, comma-separated',
    )
    .default([]),
  IOS_APP_STORE_ID: z
    .string()
    .regex(/^\d{5,15}$/, 'the digits of an App Store id')
    .optional(),
  ANDROID_PACKAGE: list
    .refine(
      (packages) => packages.every((name) => /^[A-Za-z]\w*(\.[A-Za-z]\w*)+$/.test(name)),
      'packages such as com.example.app, comma-separated',
    )
    .default([]),
  ANDROID_CERT_SHA256: list
    .refine(
      (prints) => prints.every((print) => /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/i.test(print)),
      'SHA-256 fingerprints such as AB:CD:…, comma-separated',
    )
    .default([]),
  LINK_ALTERNATE_ORIGIN: origin.optional(),
  CODE_TTL_SECONDS: seconds(1, 600).default(300),
  CODE_MAX_ATTEMPTS: count(1, 20).default(5),
  MAGIC_TTL_SECONDS: seconds(1, 86_400).default(600),
  LINK_TTL_SECONDS: seconds(1).default(604_800),
  CODES_PER_ADDRESS_HOUR: count().default(20),
  CODES_PER_PREFIX_HOUR: count().default(30),
  CODES_PER_DAY: count().default(5000),
  LINK_MISSES_PER_ADDRESS_MINUTE: count().default(30),
  PRESENCE_TTL_SECONDS: seconds(1, 3600).default(60),
  PRESENCE_GRACE_SECONDS: seconds(0, 3600).default(10),
  PRESENT_RECHECK_SECONDS: seconds(0, 3600).default(60),
  SMS_WINDOW_SECONDS: seconds(0, 86_400).default(120),
  SMS_WINDOW_MAX_SECONDS: seconds(0, 604_800).default(21_600),
  SMS_USER_DAILY_CAP: count().default(30),
  SMS_FAMILY_DAILY_CAP: count().default(300),
  SMS_SERVICE_DAILY_CAP: count(0, 1_000_000_000).default(0),
  SMS_SERVICE_HOURLY_CAP: count(0, 1_000_000_000).default(0),
  SMS_HOUSE_HOURS: hours.optional(),
  SMS_PER_SECOND: amount('a number of texts a second', 0.01, MOST_PER_SECOND).optional(),
  SENDERS: sendersSetting.optional(),
  POSTS_PER_MINUTE: count().default(60),
  POSTS_PER_DAY: count().default(2000),
  THREADS_PER_DAY: count().default(50),
  CHANGES_PER_DAY: count().default(500),
  MAP_SECONDS: seconds(0, 3600).default(15),
  FAMILY_LOCATION: z.enum(LOCATION_HINTS, `one of ${LOCATION_HINTS.join(', ')}`).optional(),
  SMS_EXPIRY_SECONDS: seconds(1, 604_800).default(86_400),
  SMS_REPLIES: z.enum(['off', 'on'], 'off or on').default('off'),
  CLAIM_LEASE_SECONDS: seconds(0.2, 3600).default(60),
  MAX_SEGMENTS: count(1, 4).default(1),
  SUPPORT_CONTACT: z.string().min(1).max(100).default('support@familycirclesecure.com'),
  COMPANY_NAME: z.string().min(1).max(80).default('FamilyCircleSecure'),
  ATTACHMENT_PICKER_URL: secureUrl.optional(),
  EVENTS_URL: url.optional(),
  EVENTS_SECRET: webhookSecret.optional(),
  EVENTS_SECRET_PREVIOUS: webhookSecret.optional(),
  EVENTS_TYPES: list
    .refine(
      (types) => types.every((type) => (EVENT_TYPES as readonly string[]).includes(type)),
      `types of events, comma-separated, of: ${EVENT_TYPES.join(', ')}`,
    )
    .default([]),
  KEEP_NUMBERS_DAYS: count(0, 3650).default(2),
  KEEP_LOG_DAYS: count(1, 3650).default(90),
  KEEP_MESSAGES_DAYS: count(0, 36_500).default(0),
  KEEP_EVENTS_DAYS: count(1, 3650).default(30),
  OPERATOR_USER_IDS: list.default([]),
  ALERT_WEBHOOK_URL: url.optional(),
});
type Fields = ReturnType<typeof describeFields>;

const fields = once(describeFields);

/** The parsed settings: keys are the names of environment variables. Contains secrets, so never log it. */
export type Config = { [Name in keyof Fields]: z.output<Fields[Name]> };

/** One fault of the settings: which, and what it should look like. */
export interface ConfigFault {
  name: string;
  expected: string;
}

/** Settings were missing or malformed; all faults at once. */
export class ConfigError extends Error {
  readonly faults: ConfigFault[];

  constructor(faults: ConfigFault[]) {
    super(`Settings are wrong: ${faults.map((f) => `${f.name} should be ${f.expected}`).join('; ')}`);
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

/** Faults of combinations of settings. */
function combinedFaults(config: Partial<Config>): ConfigFault[] {
  const faults: ConfigFault[] = [];
  const fault = (name: string, expected: string) => faults.push({ name, expected });
  if (!config.AUTH_SECRET && !config.AUTH_JWKS_URL) {
    fault('AUTH_SECRET', 'set, to a secret of at least 32 bytes (or AUTH_JWKS_URL instead)');
  }
  if (!config.TWILIO_FROM && !config.TWILIO_MESSAGING_SERVICE_SID && !config.SENDERS) {
    const expected = 'set, to a number in E.164 form (or TWILIO_MESSAGING_SERVICE_SID or SENDERS instead)';
    fault('TWILIO_FROM', expected);
  }
  if (Boolean(config.TWILIO_KEY_SID) !== Boolean(config.TWILIO_KEY_SECRET)) {
    fault('TWILIO_KEY_SID', 'set together with TWILIO_KEY_SECRET, or neither');
  }
  const { CLAIM_LEASE_SECONDS: lease, TWILIO_TIMEOUT_SECONDS: timeout } = config;
  if (lease !== undefined && timeout !== undefined && lease < timeout * 1.5) {
    fault('CLAIM_LEASE_SECONDS', `at least one and a half times TWILIO_TIMEOUT_SECONDS (${timeout * 1.5})`);
  }
  const { EVENTS_URL: receiver, PUBLIC_ORIGIN: origin } = config;
  if (receiver && origin && !mayReceive(receiver, origin)) {
    fault('EVENTS_URL', 'a public https address (any only while PUBLIC_ORIGIN is this machine)');
  }
  if (receiver && !config.EVENTS_SECRET) fault('EVENTS_SECRET', 'set together with EVENTS_URL');
  return faults;
}

/** Parses the settings of an environment. @throws ConfigError naming all faults at once */
export function parseConfig(env: Record<string, unknown>): Config {
  const faults: ConfigFault[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(fields())) {
    const value = env[name];
    const isBlank = typeof value === 'string' && value.trim() === ''; // Counts as absent.
    const parsed = schema.safeParse(isBlank ? undefined : value, { error: expectation });
    if (parsed.success) values[name] = parsed.data;
    else faults.push({ name, expected: parsed.error.issues[0]?.message ?? 'well-formed' });
  }
  const config = values as Partial<Config>;
  // A malformed setting is reported as such, not again as a missing one.
  faults.push(...combinedFaults(config).filter((fault) => !faults.some(({ name }) => name === fault.name)));
  if (faults.length > 0) throw new ConfigError(faults);
  return values as Config;
}

/** The names of all settings, for the local stack and the checks before a deployment. */
export const settingNames = (): readonly string[] => Object.keys(fields());
