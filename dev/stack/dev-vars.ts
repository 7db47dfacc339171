import { randomBytes } from 'node:crypto';
import { appendFile, writeFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { readIfThere } from '../read-if-there.ts';
import { firstLine, StackError } from './stack-error.ts';

const HEAD = `# Settings of the local stack, made on its first start. Never committed: the secrets are yours alone.
# The environment of \`npm start\` outranks this file. To begin anew, delete it together with .wrangler/state.
`;

const secret = () => randomBytes(32).toString('base64url');

/** Everything that has no default: fresh secrets, and a demo account, apps and operator. */
export function freshSettings(): Record<string, string> {
  return {
    AUTH_SECRET: secret(),
    SESSION_SECRET: secret(),
    MAGIC_SECRET: secret(),
    PHONE_SECRET: secret(),
    TWILIO_SID: `AC${randomBytes(16).toString('hex')}`,
    TWILIO_AUTH: randomBytes(16).toString('hex'),
    // Twilio's magic sender (twilio.com/docs/iam/test-credentials): belongs to nobody.
    TWILIO_FROM: '+15005550006',
    IOS_APP_IDS: 'DEMO123456.com.familycirclesecure.app',
    IOS_APP_STORE_ID: '1234567890',
    ANDROID_PACKAGE: 'com.familycirclesecure.app',
    ANDROID_CERT_SHA256: randomBytes(32).toString('hex').toUpperCase().match(/../g)!.join(':'),
    OPERATOR_USER_IDS: 'usr_rosa',
  };
}

const lines = (settings: Record<string, string>) =>
  Object.entries(settings)
    .map(([name, value]) => `${name}="${value}"\n`)
    .join('');

/**
 * Reads a `.dev.vars` file. A missing one is made with fresh secrets; names it lacks are added, so that a
 * file of an older version keeps working (set a name to nothing to do without it).
 * @throws StackError when the file can be neither read nor written
 */
export async function readDevVars(path: string): Promise<Record<string, string>> {
  const text = await readIfThere(path);
  const known = parseEnv(text ?? '');
  const missing = Object.fromEntries(Object.entries(freshSettings()).filter(([name]) => !(name in known)));
  if (Object.keys(missing).length > 0) {
    try {
      if (text === null) await writeFile(path, HEAD + lines(missing), { mode: 0o600 });
      else await appendFile(path, `${text.endsWith('\n') || text === '' ? '' : '\n'}${lines(missing)}`);
    } catch (error) {
      throw new StackError(`${path} cannot be written: ${firstLine(error)}`, error);
    }
  }
  return { ...missing, ...(known as Record<string, string>) };
}
