import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createHost } from '../../dev/host.ts';
import { signature } from '../../dev/simulator/signature.ts';
import { freshSettings } from '../../dev/stack/dev-vars.ts';
import { claimPort } from '../../dev/stack/ports.ts';
import { cleanEnv } from '../../dev/stack/spawn-stack.ts';
import { importLines } from '../import-lines.ts';
import { closedLoop, send } from './client.ts';
import { startProcess } from './process.ts';
import { FAMILY_SIZE, opened, type Subject } from './subject.ts';

/**
 * What the product comes with, but that every message has its texts at once, and that a carrier may hold its answers back
 * for longer.
 */
const SETTINGS = {
  SEED_DEMO: '0',
  SMS_WINDOW_SECONDS: '0',
  SMS_WINDOW_MAX_SECONDS: '0',
  SMS_USER_DAILY_CAP: '1000000',
  SMS_FAMILY_DAILY_CAP: '1000000',
  SMS_PER_SECOND: '100000',
  POSTS_PER_MINUTE: '1000000',
  POSTS_PER_DAY: '1000000',
  TWILIO_TIMEOUT_SECONDS: '30',
  CLAIM_LEASE_SECONDS: '120',
  SWEEP_SECONDS: '60',
};

/** Families that only write, so that they sleep between their posts, and families that have sockets or send STOP. */
const WRITING = 800;
const LISTENING = 550;
const AT = '2026-01-31T12:00:00Z';
const WORDS = 'Are you coming for dinner on Sunday? I am making lasagna';

const familyId = (family: number) => `fam_bench${family}`;
const userId = (family: number, n: number) => `usr_bench${family}_${n}`;
const threadId = (family: number) => `thr_bench${family}`;
const phone = (family: number, n: number) =>
  `+1${[202, 212, 303, 415][n]}5${String(550_000 + family).padStart(6, '0')}`;
const people = Array.from({ length: FAMILY_SIZE }, (_, n) => n);

/** Families with a verified phone and consent each, and one thread. */
function* lines() {
  for (let family = 0; family < WRITING + LISTENING; family++) {
    const id = familyId(family);
    yield { family: { id, name: id, timeZone: 'UTC' } };
    for (const n of people) {
      const smsConsent = { at: AT, source: 'bench', version: '1' };
      const person = { id: userId(family, n), familyId: id, name: `Person ${n}`, phone: phone(family, n) };
      yield { user: { ...person, phoneVerifiedAt: AT, smsConsent } };
    }
    const memberIds = people.map((n) => userId(family, n));
    yield { thread: { id: threadId(family), familyId: id, title: 'Everybody', memberIds } };
  }
}

/**
 * Starts a local stack and mirrors the families into it.
 * @param root the folder of the project, which may be another revision
 * @param settings further ones, such as `FAMILY_DATABASES`
 */
export async function startStackSubject(
  name: string,
  root: string,
  carrier: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<Subject> {
  const dir = await mkdtemp(path.join(tmpdir(), 'fcs-bench-'));
  const port = await claimPort(0, 'PORT');
  const secrets = freshSettings();
  const env = {
    ...secrets,
    ...SETTINGS,
    PORT: String(port),
    STATE_DIR: path.join(dir, 'state'),
    DEV_VARS: path.join(dir, 'dev.vars'),
    TWILIO_API_BASE: carrier,
    ...settings,
  };
  const started = await startProcess(['dev/start.ts'], { cwd: root, env: cleanEnv(env) });
  const origin = `http://127.0.0.1:${port}`;
  const host = createHost(origin, secrets.AUTH_SECRET!);
  const tokens = new Map<string, Promise<string>>();
  const tokenOf = (family: number, n: number) => {
    const id = userId(family, n);
    const token = tokens.get(id) ?? host.token({ id, familyId: familyId(family) });
    tokens.set(id, token);
    return token;
  };
  await importLines(origin, await host.serviceToken(), [...lines()]);
  // Each family's object once, so that no post has to make its file.
  await closedLoop(WRITING + LISTENING, 16, (family) =>
    host.as({ id: userId(family, 0), familyId: familyId(family) })('GET', '/api/presence'),
  );

  return {
    name,
    pid: started.pid,
    families: WRITING,
    post: async (n) => {
      const family = n % WRITING;
      const headers = {
        'Content-Type': 'application/json',
        Authorization: `Bearer ${await tokenOf(family, 0)}`,
      };
      await send(
        `${origin}/api/threads/${threadId(family)}/messages`,
        headers,
        JSON.stringify({ body: WORDS }),
      );
    },
    phonesOf: (n) => people.slice(1).map((each) => phone(n % WRITING, each)),
    stop: async (n) => {
      const from = phone(WRITING + (Math.floor(n / FAMILY_SIZE) % LISTENING), n % FAMILY_SIZE);
      const MessageSid = `SM${String(n).padStart(32, '0')}`;
      const AccountSid = secrets.TWILIO_SID!;
      const form = {
        Body: 'STOP',
        From: from,
        To: secrets.TWILIO_FROM!,
        MessageSid,
        AccountSid,
        NumMedia: '0',
      };
      const url = `${origin}/api/sms/inbound`;
      const headers = {
        'Content-Type': 'application/x-www-form-urlencoded',
        'X-Twilio-Signature': signature(secrets.TWILIO_AUTH!, url, form),
      };
      await send(url, headers, new URLSearchParams(form).toString());
    },
    openSocket: async (n) => {
      // The last families: those who sent STOP are the first.
      const family = WRITING + LISTENING - 1 - (Math.floor(n / FAMILY_SIZE) % LISTENING);
      const token = await tokenOf(family, n % FAMILY_SIZE);
      const url = `${origin.replace('http', 'ws')}/api/presence/socket`;
      return await opened(new WebSocket(url, ['fcs.v1', `bearer.${token}`]));
    },
    close: async () => {
      await started.end();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
