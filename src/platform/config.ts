import * as z from 'zod';

/** An environment variable that may be absent; an empty one counts as absent. */
const blankIsAbsent = (value: unknown) => (value === '' ? undefined : value);
const maybe = <T extends z.ZodType>(schema: T) => z.preprocess(blankIsAbsent, schema.optional());
const orElse = <T extends z.ZodType>(schema: T, fallback: z.output<T>) =>
  z.preprocess((value) => blankIsAbsent(value) ?? fallback, schema);

const ORIGIN = 'an origin such as https://portal.example.com, without a path';
const origin = z.string().refine((text) => {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && /^https?:$/.test(url.protocol) && url.origin === text.replace(/\/$/, '');
}, ORIGIN);
const url = z.string().refine((text) => URL.canParse(text) && /^https?:/.test(text), 'an http(s) address');
const secret = z
  .string('a secret of at least 32 bytes')
  .refine((text) => new TextEncoder().encode(text).length >= 32, 'a secret of at least 32 bytes');
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

const amount = (what: string, from: number, to: number) =>
  z.coerce.number(what).refine((n) => n >= from && n <= to, `${what} from ${from} to ${to}`);
const seconds = (from = 1, to = 31_536_000) => amount('a number of seconds', from, to);
const count = (from = 1, to = 1_000_000) =>
  amount('a whole number', from, to).refine(Number.isInteger, `a whole number from ${from} to ${to}`);

const fields = {
  PUBLIC_ORIGIN: z
    .string(ORIGIN)
    .pipe(origin)
    .transform((text) => text.replace(/\/$/, '')),
  BRAND_NAME: orElse(z.string().min(1).max(40), 'FamilyCircleSecure'),
  AUTH_SECRET: maybe(secret),
  AUTH_JWKS_URL: maybe(url),
  AUTH_ISSUER: maybe(z.string()),
  AUTH_AUDIENCE: maybe(z.string()),
  SESSION_SECRET: secret,
  MAGIC_SECRET: secret,
  PHONE_SECRET: secret,
  TWILIO_SID: z
    .string('an account SID such as AC followed by 32 characters')
    .regex(/^AC\w{2,62}$/, 'an account SID such as AC followed by 32 characters'),
  TWILIO_AUTH: z
    .string('the auth token of the Twilio account')
    .min(1, 'the auth token of the Twilio account'),
  TWILIO_AUTH_SECONDARY: maybe(z.string()),
  TWILIO_KEY_SID: maybe(
    z.string().regex(/^SK\w{2,62}$/, 'an API key SID such as SK followed by 32 characters'),
  ),
  TWILIO_KEY_SECRET: maybe(z.string()),
  TWILIO_FROM: maybe(
    z.string().regex(/^(\+[1-9]\d{6,14}|\d{3,8})$/, 'a number in E.164 form, or a short code'),
  ),
  TWILIO_MESSAGING_SERVICE_SID: maybe(
    z.string().regex(/^MG\w{2,62}$/, 'a messaging service SID such as MG followed by 32 characters'),
  ),
  TWILIO_API_BASE: orElse(url, 'https://api.twilio.com').transform((text) => text.replace(/\/+$/, '')),
  TWILIO_TIMEOUT_SECONDS: orElse(seconds(0.1, 60), 10),
  OPT_OUT_REPLIES: orElse(z.enum(['twilio', 'app'], 'twilio or app'), 'twilio'),
  SMS_ALLOWED_COUNTRIES: orElse(
    list.refine(
      (codes) => codes.length > 0 && codes.every((code) => /^[A-Z]{2}$/.test(code)),
      'country codes such as US,CA',
    ),
    'US,CA' as never,
  ),
  IOS_APP_IDS: orElse(list, '' as never),
  IOS_APP_STORE_ID: maybe(z.string().regex(/^\d{5,15}$/, 'the digits of an App Store id')),
  ANDROID_PACKAGE: orElse(
    list.refine(
      (packages) => packages.every((name) => /^[A-Za-z]\w*(\.[A-Za-z]\w*)+$/.test(name)),
      'packages such as com.example.app, comma-separated',
    ),
    '' as never,
  ),
  ANDROID_CERT_SHA256: orElse(
    list.refine(
      (prints) => prints.every((print) => /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/i.test(print)),
      'SHA-256 fingerprints such as AB:CD:…, comma-separated',
    ),
    '' as never,
  ),
  LINK_ALTERNATE_ORIGIN: maybe(origin),
  CODE_TTL_SECONDS: orElse(seconds(1, 600), 300),
  CODE_MAX_ATTEMPTS: orElse(count(1, 20), 5),
  MAGIC_TTL_SECONDS: orElse(seconds(1, 86_400), 600),
  LINK_TTL_SECONDS: orElse(seconds(1), 604_800),
  CODES_PER_ADDRESS_HOUR: orElse(count(), 20),
  CODES_PER_PREFIX_HOUR: orElse(count(), 30),
  CODES_PER_DAY: orElse(count(), 5000),
  LINK_MISSES_PER_ADDRESS_MINUTE: orElse(count(), 30),
  PRESENCE_TTL_SECONDS: orElse(seconds(1, 3600), 60),
  PRESENCE_GRACE_SECONDS: orElse(seconds(0, 3600), 10),
  PRESENT_RECHECK_SECONDS: orElse(seconds(0, 3600), 60),
  SMS_WINDOW_SECONDS: orElse(seconds(0, 86_400), 120),
  SMS_WINDOW_MAX_SECONDS: orElse(seconds(0, 604_800), 21_600),
  SMS_USER_DAILY_CAP: orElse(count(), 30),
  SMS_FAMILY_DAILY_CAP: orElse(count(), 300),
  SMS_EXPIRY_SECONDS: orElse(seconds(1, 604_800), 86_400),
  SMS_REPLIES: orElse(z.enum(['off', 'on'], 'off or on'), 'off'),
  CLAIM_LEASE_SECONDS: orElse(seconds(0.2, 3600), 60),
  MAX_SEGMENTS: orElse(count(1, 4), 1),
  SUPPORT_CONTACT: orElse(z.string().min(1).max(100), 'support@familycirclesecure.com'),
  COMPANY_NAME: orElse(z.string().min(1).max(80), 'FamilyCircleSecure'),
  OPERATOR_USER_IDS: orElse(list, '' as never),
  ALERT_WEBHOOK_URL: maybe(url),
};

/** The settings, parsed: keys are the names of the environment; secrets are in here too, so never log it. */
export type Config = z.output<z.ZodObject<typeof fields>>;

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

/** What no single setting can tell. */
function combinedFaults(config: Partial<Config>): ConfigFault[] {
  const faults: ConfigFault[] = [];
  const fault = (name: string, expected: string) => faults.push({ name, expected });
  if (!config.AUTH_SECRET && !config.AUTH_JWKS_URL) {
    fault('AUTH_SECRET', 'set, to a secret of at least 32 bytes (or AUTH_JWKS_URL instead)');
  }
  if (!config.TWILIO_FROM && !config.TWILIO_MESSAGING_SERVICE_SID) {
    fault('TWILIO_FROM', 'set, to a number in E.164 form (or TWILIO_MESSAGING_SERVICE_SID instead)');
  }
  if (Boolean(config.TWILIO_KEY_SID) !== Boolean(config.TWILIO_KEY_SECRET)) {
    fault('TWILIO_KEY_SID', 'set together with TWILIO_KEY_SECRET, or neither');
  }
  const { CLAIM_LEASE_SECONDS: lease, TWILIO_TIMEOUT_SECONDS: timeout } = config;
  if (lease !== undefined && timeout !== undefined && lease < timeout * 1.5) {
    fault('CLAIM_LEASE_SECONDS', `at least one and a half times TWILIO_TIMEOUT_SECONDS (${timeout * 1.5})`);
  }
  return faults;
}

/**
 * Parses the settings out of an environment, failing closed.
 * @throws ConfigError naming every fault at once
 */
export function parseConfig(env: Record<string, unknown>): Config {
  const faults: ConfigFault[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(fields)) {
    const parsed = schema.safeParse(env[name]);
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
export const SETTING_NAMES: readonly string[] = Object.keys(fields);
