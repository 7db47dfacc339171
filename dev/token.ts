/**
 * Prints a bearer token for the local stack on stdout, and nothing else (with `npm run --silent`).
 *
 *   npm run token                                  the whole service API
 *   npm run token -- service:mirror service:read   a part of it
 *   npm run token -- usr_rosa                      a person of the demo family
 *   npm run token -- usr_ana fam_1                 a person of another family
 *
 * Signed with the AUTH_SECRET that the stack runs with: from the environment, else from `.dev.vars`.
 */
import path from 'node:path';
import { SignJWT } from 'jose';
import { DEMO_PEOPLE } from './demo-family.ts';
import { readDevVars } from './stack/dev-vars.ts';
import { firstLine } from './stack/stack-error.ts';

/** Half of what the service allows. */
const LIFE = '12h';

/** What a token says: who it speaks for. @throws Error for arguments that name nobody */
export function claimsOf(args: readonly string[]): { claims: Record<string, string>; subject: string } {
  const [first = 'service', second] = args;
  if (/^service(:|$)/.test(first))
    return { claims: { scope: [first, ...args.slice(1)].join(' ') }, subject: 'host' };
  const known = Object.values(DEMO_PEOPLE).find(({ id }) => id === first);
  const familyId = second ?? known?.familyId;
  if (familyId === undefined) {
    throw new Error(`Name the family of ${first} too: npm run token -- ${first} FAMILY_ID`);
  }
  return { claims: { familyId, name: known?.name ?? first }, subject: first };
}

/** Signs a token (HS256). */
export async function localToken(args: readonly string[], authSecret: string): Promise<string> {
  const { claims, subject } = claimsOf(args);
  return await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(subject)
    .setExpirationTime(LIFE)
    .sign(new TextEncoder().encode(authSecret));
}

async function main(): Promise<void> {
  const root = path.resolve(import.meta.dirname, '..');
  const devVars = path.resolve(root, process.env.DEV_VARS || '.dev.vars');
  const secret = process.env.AUTH_SECRET ?? (await readDevVars(devVars)).AUTH_SECRET;
  if (!secret) throw new Error('The stack has no AUTH_SECRET: set it in the environment or in .dev.vars.');
  process.stdout.write(`${await localToken(process.argv.slice(2), secret)}\n`);
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`${firstLine(error)}\n`);
    process.exitCode = 1;
  }
}
