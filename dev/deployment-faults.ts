import { ConfigError, parseConfig } from '../src/platform/config.ts';

/** What is known before a deployment: the settings in wrangler.toml, and which secrets are set. */
export interface Deployment {
  vars: Record<string, unknown>;
  databaseId: string;
  secrets: readonly string[];
}

/** Settings that belong into `wrangler secret put`, not into a file. */
const SECRETS = [
  'AUTH_SECRET',
  'SESSION_SECRET',
  'MAGIC_SECRET',
  'PHONE_SECRET',
  'TWILIO_AUTH',
  'TWILIO_AUTH_SECONDARY',
  'TWILIO_KEY_SECRET',
];

/** What keeps a deployment from working, a sentence each; the value of a secret cannot be seen, only that it is there. */
export function deploymentFaults({ vars, databaseId, secrets }: Deployment): string[] {
  const faults: string[] = [];
  if (/^[0-]*$/.test(databaseId)) {
    faults.push('Put the id that `wrangler d1 create fcs` prints into wrangler.toml (database_id).');
  }
  for (const name of SECRETS.filter((secret) => vars[secret])) {
    faults.push(`Take ${name} out of wrangler.toml: wrangler secret put ${name}`);
  }
  try {
    parseConfig(vars);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const { name, expected } of error.faults.filter((fault) => !secrets.includes(fault.name))) {
      const how = SECRETS.includes(name) ? `wrangler secret put ${name}` : 'in wrangler.toml, under [vars]';
      faults.push(`Set ${name} (${how}): ${expected}.`);
    }
  }
  return faults;
}
