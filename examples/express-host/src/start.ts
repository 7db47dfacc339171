import { once } from 'node:events';
import { createApp } from './app.ts';
import { openDatabase } from './database.ts';
import { mirror, tellMessages } from './mirror.ts';
import { Presence } from './presence.ts';
import { seed } from './seed.ts';
import { connect } from './service.ts';
import { catchUp } from './take-event.ts';

/** How often the chat makes up for what went wrong. */
const EVERY_MS = { tell: 2_000, presence: 20_000, catchUp: 600_000 };

function setting(name: string, fallback?: string): string {
  const value = process.env[name] ?? fallback;
  if (!value) throw new Error(`Set ${name}.`);
  return value;
}

/** Does something now and then again and again; what fails is said, and tried with the next turn. */
function keepDoing(what: string, everyMs: number, work: () => Promise<void>): void {
  const turn = async () => {
    try {
      await work();
    } catch (error) {
      console.error(`${what} failed, and is tried again:`, (error as Error).message);
    }
    setTimeout(turn, everyMs);
  };
  void turn();
}

const port = Number(setting('HOST_PORT', '8790'));
const service = connect(setting('SERVICE_ORIGIN', 'http://127.0.0.1:8787'), setting('AUTH_SECRET'));
const db = await openDatabase(process.env.DATABASE_URL, setting('DATABASE_DIR', '.data'));
const presence = new Presence();
await seed(db);
const app = createApp({ db, service, presence, eventsSecret: setting('EVENTS_SECRET') });
const server = app.listen(port, '127.0.0.1');
await once(server, 'listening'); // First, since what we mirror comes back as webhooks at once.
await mirror(db, service);
await catchUp(db, service); // Whatever happened while we were down.
console.log(`The chat is at http://127.0.0.1:${port}`);
keepDoing('Telling messages', EVERY_MS.tell, () => tellMessages(db, service));
keepDoing('Reporting presence', EVERY_MS.presence, () => presence.report(service, Date.now()));
keepDoing('Catching up', EVERY_MS.catchUp, () => catchUp(db, service));
