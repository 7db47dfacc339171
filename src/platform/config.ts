import * as z from 'zod/mini';
import { utf8 } from './crypto.ts';
import { expectation } from './http/problem-words.ts';

const ORIGIN = 'an origin such as https://portal.example.com, without a path';
/** An origin as browsers write it: lower case, without its default port; null for anything else. */
function asOrigin(text: string): string | null {
  const { protocol, origin, href } = URL.canParse(text)
    ? new URL(text)
    : { protocol: '', origin: '', href: '' };
  return /^https?:$/.test(protocol) && href === `${origin}/` ? origin : null;
}
const origin = z.pipe(
  z.string(ORIGIN).check(z.refine((text) => asOrigin(text) !== null, ORIGIN)),
  z.transform((text) => asOrigin(text) ?? text),
);
const url = z
  .string()
  .check(z.refine((text) => URL.canParse(text) && /^https?:/.test(text), 'an http(s) address'));
const secret = (least: number) => {
  const expected = `a secret of at least ${least} bytes`;
  return z.string(expected).check(z.refine((text) => utf8(text).length >= least, expected));
};
const list = z.pipe(
  z.string(),
  z.transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  ),
);

const amount = (what: string, from: number, to: number) =>
  z
    .pipe(z.union([z.string(), z.number()], what), z.transform(Number))
    .check(z.refine((n) => n >= from && n <= to, `${what} from ${from} to ${to}`));
const seconds = (from = 1, to = 31_536_000) => amount('a number of seconds', from, to);
const count = (from = 1, to = 1_000_000) =>
  amount('a whole number', from, to).check(
    z.refine(Number.isInteger, `a whole number from ${from} to ${to}`),
  );

const fields = {
  PUBLIC_ORIGIN: origin,
  BRAND_NAME: z._default(z.string().check(z.minLength(1), z.maxLength(40)), 'FamilyCircleSecure'),
  AUTH_SECRET: z.optional(secret(32)),
  AUTH_JWKS_URL: z.optional(url),
  AUTH_ISSUER: z.optional(z.string()),
  AUTH_AUDIENCE: z.optional(z.string()),
  SESSION_SECRET: secret(16),
  MAGIC_SECRET: secret(16),
  PHONE_SECRET: secret(16),
  TWILIO_SID: z
    .string('an account SID such as AC followed by 32 characters')
    .check(z.regex(/^AC\w{2,62}$/, 'an account SID such as AC followed by 32 characters')),
  TWILIO_AUTH: z
    .string('the auth token of the Twilio account')
    .check(z.minLength(1, 'the auth token of the Twilio account')),
  TWILIO_AUTH_SECONDARY: z.optional(z.string()),
  TWILIO_KEY_SID: z.optional(
    z.string().check(z.regex(/^SK\w{2,62}$/, 'an API key SID such as SK followed by 32 characters')),
  ),
  TWILIO_KEY_SECRET: z.optional(z.string()),
  TWILIO_FROM: z.optional(
    z.string().check(z.regex(/^(\+[1-9]\d{6,14}|\d{3,8})$/, 'a number in E.164 form, or a short code')),
  ),
  TWILIO_MESSAGING_SERVICE_SID: z.optional(
    z.string().check(z.regex(/^MG\w{2,62}$/, 'a messaging service SID such as MG followed by 32 characters')),
  ),
  TWILIO_API_BASE: z._default(
    z.pipe(
      url,
      z.transform((text) => text.replace(/\/+$/, '')),
    ),
    'https://api.twilio.com',
  ),
  TWILIO_TIMEOUT_SECONDS: z._default(seconds(0.1, 60), 10),
  OPT_OUT_REPLIES: z._default(z.enum(['twilio', 'app'], 'twilio or app'), 'twilio'),
  SMS_ALLOWED_COUNTRIES: z._default(
    list.check(
      z.refine(
        (codes) => codes.length > 0 && codes.every((code) => /^[A-Z]{2}$/.test(code)),
        'country codes such as US,CA',
      ),
    ),
    ['US', 'CA'],
  ),
  IOS_APP_IDS: z._default(
    list.check(
      z.refine(
        (ids) => ids.every((id) => /^\w+(\.[\w-]+)+$/.test(id)),
        'app ids such as ABCDE12345.com.example.app, comma-separated',
      ),
    ),
    [],
  ),
  IOS_APP_STORE_ID: z.optional(z.string().check(z.regex(/^\d{5,15}$/, 'the digits of an App Store id'))),
  ANDROID_PACKAGE: z._default(
    list.check(
      z.refine(
        (packages) => packages.every((name) => /^[A-Za-z]\w*(\.[A-Za-z]\w*)+$/.test(name)),
        'packages such as com.example.app, comma-separated',
      ),
    ),
    [],
  ),
  ANDROID_CERT_SHA256: z._default(
    list.check(
      z.refine(
        (prints) => prints.every((print) => /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/i.test(print)),
        'SHA-256 fingerprints such as AB:CD:…, comma-separated',
      ),
    ),
    [],
  ),
  LINK_ALTERNATE_ORIGIN: z.optional(origin),
  CODE_TTL_SECONDS: z._default(seconds(1, 600), 300),
  CODE_MAX_ATTEMPTS: z._default(count(1, 20), 5),
  MAGIC_TTL_SECONDS: z._default(seconds(1, 86_400), 600),
  LINK_TTL_SECONDS: z._default(seconds(1), 604_800),
  CODES_PER_ADDRESS_HOUR: z._default(count(), 20),
  CODES_PER_PREFIX_HOUR: z._default(count(), 30),
  CODES_PER_DAY: z._default(count(), 5000),
  LINK_MISSES_PER_ADDRESS_MINUTE: z._default(count(), 30),
  PRESENCE_TTL_SECONDS: z._default(seconds(1, 3600), 60),
  PRESENCE_GRACE_SECONDS: z._default(seconds(0, 3600), 10),
  PRESENT_RECHECK_SECONDS: z._default(seconds(0, 3600), 60),
  SMS_WINDOW_SECONDS: z._default(seconds(0, 86_400), 120),
  SMS_WINDOW_MAX_SECONDS: z._default(seconds(0, 604_800), 21_600),
  SMS_USER_DAILY_CAP: z._default(count(), 30),
  SMS_FAMILY_DAILY_CAP: z._default(count(), 300),
  SMS_EXPIRY_SECONDS: z._default(seconds(1, 604_800), 86_400),
  SMS_REPLIES: z._default(z.enum(['off', 'on'], 'off or on'), 'off'),
  CLAIM_LEASE_SECONDS: z._default(seconds(0.2, 3600), 60),
  MAX_SEGMENTS: z._default(count(1, 4), 1),
  SUPPORT_CONTACT: z._default(
    z.string().check(z.minLength(1), z.maxLength(100)),
    'support@familycirclesecure.com',
  ),
  COMPANY_NAME: z._default(z.string().check(z.minLength(1), z.maxLength(80)), 'FamilyCircleSecure'),
  OPERATOR_USER_IDS: z._default(list, []),
  ALERT_WEBHOOK_URL: z.optional(url),
};

/** The settings, parsed: keys are the names of the environment; secrets are in here too, so never log it. */
export type Config = { [Name in keyof typeof fields]: z.output<(typeof fields)[Name]> };

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
export const SETTING_NAMES: readonly string[] = Object.keys(fields);
