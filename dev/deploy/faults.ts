import { settingsFaults } from '../stack/settings.ts';

/** Settings whose values nobody but the Worker should be able to read. */
const SECRETS = [
  'AUTH_SECRET',
  'SESSION_SECRET',
  'MAGIC_SECRET',
  'PHONE_SECRET',
  'TWILIO_AUTH',
  'TWILIO_AUTH_SECONDARY',
  'TWILIO_KEY_SECRET',
] as const;

/** What is known before a deployment: wrangler.toml, and the names (never the values) of the secrets. */
export interface Deployment {
  vars: Readonly<Record<string, unknown>>;
  databaseId: string | undefined;
  secretNames: readonly string[];
  /** The bindings of all databases, the directory's first; by default that one alone. */
  databases?: readonly string[];
}

/** Values that pass for the secrets, which cannot be read: only whether they are set can be judged. */
const STAND_INS: Readonly<Record<string, string>> = {
  PUBLIC_ORIGIN: 'https://portal.example.com',
  TWILIO_SID: 'AC00000000000000000000000000000000',
  TWILIO_KEY_SID: 'SK00000000000000000000000000000000',
  TWILIO_MESSAGING_SERVICE_SID: 'MG00000000000000000000000000000000',
  TWILIO_FROM: '+15005550006',
  AUTH_JWKS_URL: 'https://portal.example.com/keys',
};
const STAND_IN_SECRET = 'x'.repeat(32);

function standIn(name: string): [string, string][] {
  const value = STAND_INS[name] ?? ((SECRETS as readonly string[]).includes(name) ? STAND_IN_SECRET : null);
  return value === null ? [] : [[name, value]];
}

const howToSet = (name: string) =>
  (SECRETS as readonly string[]).includes(name)
    ? `npx wrangler secret put ${name}`
    : `[vars] in wrangler.toml, or npx wrangler secret put ${name}`;

/** Everything that would make the deployed Worker answer 503, each with what to do; empty when all is well. */
export function deploymentFaults({ vars, databaseId, secretNames }: Deployment): string[] {
  const faults: string[] = [];
  if (!databaseId || /^[0-]+$/.test(databaseId)) {
    faults.push(
      'wrangler.toml has no database_id of yours: run npx wrangler d1 create fcs and put in what it prints',
    );
  }
  for (const name of SECRETS.filter((secret) => vars[secret])) {
    faults.push(`${name} is in wrangler.toml, for all to read: take it out, and run ${howToSet(name)}`);
  }
  const settings = { ...vars, ...Object.fromEntries(secretNames.flatMap(standIn)) };
  for (const { name, expected } of settingsFaults(settings)) {
    faults.push(`${name} should be ${expected}: ${howToSet(name)}`);
  }
  if (typeof vars.PUBLIC_ORIGIN === 'string' && vars.PUBLIC_ORIGIN.startsWith('http:')) {
    faults.push('PUBLIC_ORIGIN should begin with https: [vars] in wrangler.toml');
  }
  return faults;
}
