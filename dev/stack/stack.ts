import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare, type V4WorkerOptions } from 'miniflare';
import { parseConfig } from '../../src/platform/config.ts';
import { ownNumbers, sendersOf } from '../../src/platform/sms/senders.ts';
import { demoPhones, seedDemoFamily } from '../demo-family.ts';
import { createHost, type Host } from '../host.ts';
import { JournalError } from '../simulator/journal.ts';
import type { SimulatorOptions } from '../simulator/options.ts';
import { createSimulator, type Simulator } from '../simulator/simulator.ts';
import type { StoreState } from './apply-migrations.ts';
import { freshSettings, readDevVars } from './dev-vars.ts';
import { followsMigrations, readMigrations } from './migrations.ts';
import { claimPort } from './ports.ts';
import * as read from './settings.ts';
import { signInAs } from './sign-in.ts';
import { firstLine, StackError } from './stack-error.ts';
import { openStateDir, unusableState } from './state-dir.ts';
import type { PreparedStores } from './store-tools.ts';
import { startSweeper } from './sweeper.ts';
import { tourSteps } from './tour.ts';
import { startWatchdog } from './watchdog.ts';
import { describeWorker, servedWorker, TOOLS, toolsBeside } from './worker-options.ts';

const JOURNAL = 'simulator.jsonl';
const ROOT = path.resolve(import.meta.dirname, '../..');

/** A line of the Worker's log: JSON, as the Worker wrote it. */
export type LogLine = { level: string; message: string };

/** How to start a stack. */
export interface StackOptions {
  /** What `npm start` would read from its environment: ports, `STATE_DIR`, and any setting of the Worker. */
  env?: Readonly<Record<string, string | undefined>>;
  /** False: fresh secrets in memory instead of those in the `.dev.vars` file. */
  devVars?: boolean;
  /** Where the Worker's log goes; by default to this process's own output. */
  log?: (line: LogLine) => void;
}

/** A running local stack. */
export interface Stack {
  /** Where the Worker listens, such as `http://127.0.0.1:8787`. */
  origin: string;
  /** The origin in links; the same, unless set otherwise. */
  publicOrigin: string;
  /** Null when TWILIO_API_BASE was set from outside. */
  simulator: Simulator | null;
  /** Speaks for the host application; null without AUTH_SECRET. */
  host: Host | null;
  /** Whether the demo family was put in by this start. */
  seeded: boolean;
  /** Whether the demo family is there, of this start or an earlier one. */
  hasDemo: boolean;
  /** Runs the cron handler now. */
  sweep(): Promise<void>;
  /** Process id of the Workers runtime, for tests that kill it; null while it is being started again. */
  runtimePid(): number | null;
  /** Ends everything that was started. */
  close(): Promise<void>;
}

const toConsole = ({ level, message }: LogLine) =>
  (level === 'error' || level === 'warn' ? process.stderr : process.stdout).write(`${message}\n`);

/** Starts the Workers runtime. @throws StackError */
async function startRuntime(workers: V4WorkerOptions[], stateDir: string, log: StackOptions['log']) {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: '127.0.0.1', // Its own entry, for the sweep and the tools; the Worker listens by itself.
      cf: false,
      log: new Log(LogLevel.ERROR),
      telemetry: { enabled: false },
      handleStructuredLogs: log ?? toConsole,
      resourcePersistencePath: path.join(stateDir, 'v3'), // Where `wrangler --local` looks.
      unsafeHandleRuntimeRestart: () => console.error('The Workers runtime ended and was started again'),
      workers,
    }),
  );
  try {
    await miniflare.ready;
    return miniflare;
  } catch (error) {
    const [end] = await Promise.allSettled([miniflare.dispose()]);
    const alsoNot = end.status === 'rejected' ? `, nor end: ${firstLine(end.reason)}` : '';
    throw new StackError(`The Workers runtime does not start: ${firstLine(error)}${alsoNot}`, error);
  }
}

const inboundUrl = (publicOrigin: string) => `${publicOrigin}/api/sms/inbound#rc=3&rp=5xx,ct,rt`;

/** Starts the phones, which keep their texts in the state folder. @throws StackError when what is there is none */
async function startSimulator(stateDir: string, options: SimulatorOptions): Promise<Simulator> {
  try {
    return await createSimulator({ ...options, journal: path.join(stateDir, JOURNAL) });
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    throw unusableState(stateDir, `${JOURNAL}: ${error.message}`, error);
  }
}

async function seed(host: Host): Promise<void> {
  try {
    await seedDemoFamily(host, new Date());
  } catch (error) {
    throw new StackError(`The demo family could not be created: ${firstLine(error)}`, error);
  }
}

/**
 * Brings the databases of a stack to the present schema. @returns what was found of the demo family
 * @throws StackError for a state that another version made, or whose families are in databases that are not there now
 */
async function prepareStores(miniflare: Miniflare, migrationsDir: string, stateDir: string) {
  const tools = await miniflare.getWorker(TOOLS);
  const ask = async <Answer>(init?: { method: string; body: string }) => {
    const response = await tools.fetch('http://stores/', init);
    if (!response.ok) throw new StackError(`The databases cannot be prepared: ${await response.text()}`);
    return (await response.json()) as Answer;
  };
  const [migrations, states] = await Promise.all([readMigrations(migrationsDir), ask<StoreState[]>()]);
  if (!states.every((state) => followsMigrations(state, migrations))) {
    throw unusableState(stateDir, 'another version made it');
  }
  const prepared = await ask<PreparedStores>({ method: 'POST', body: JSON.stringify(migrations) });
  if (prepared.state === 'ready') return prepared.demo;
  throw new StackError(
    `The families of the state in ${stateDir} are spread over ${prepared.databases} databases; ` +
      `set FAMILY_DATABASES to ${prepared.databases} or more, or STATE_DIR to another folder`,
  );
}

/**
 * Starts the local stack: migrations, demo family, phone simulator, Worker, cron.
 * @throws StackError for everything that a person can put right; nothing is left running then
 */
export async function startStack({ env = {}, devVars = true, log }: StackOptions = {}): Promise<Stack> {
  const closers: (() => unknown)[] = [];
  const close = async () => {
    for (let closer = closers.pop(); closer; closer = closers.pop()) await closer();
  };
  try {
    return await start();
  } catch (error) {
    await close();
    throw error;
  }

  /** The numbers and the messaging service of the simulated account: those that the settings name. */
  function simulatedSenders(settings: Record<string, unknown>) {
    const config = parseConfig(settings);
    const service = sendersOf(config).find((sender) => sender.service !== null)?.service;
    const from = ownNumbers(config);
    return { from: from.length > 0 ? from : undefined, messagingServiceSid: service ?? undefined };
  }

  async function start(): Promise<Stack> {
    const faults: Parameters<typeof read.refuseSettings>[0][number][] = [];
    const own = read.readStackSettings(env, ROOT, faults);
    const given = {
      ...(devVars ? await readDevVars(own.devVarsPath) : freshSettings()),
      ...read.settingsIn(env),
    };
    const simulated = !given.TWILIO_API_BASE;
    if (simulated && own.port !== 0 && own.port === own.simulatorPort) {
      faults.push({ name: 'SIMULATOR_PORT', expected: `another port than PORT, which is ${own.port}` });
    }
    // The ports are not chosen yet, so the settings are judged with the ones asked for.
    faults.push(...read.settingsFaults({ ...read.originSettings(own.port || 1), ...given }));
    read.refuseSettings(faults);

    closers.push(await openStateDir(own.stateDir));
    const port = await claimPort(own.port, 'PORT');
    if (simulated) await claimPort(own.simulatorPort, 'SIMULATOR_PORT');
    const { outagesUrl } = own;
    const worker = await describeWorker(ROOT, own.familyDatabases);
    const settings: Record<string, unknown> = { ...read.originSettings(port), ...worker.vars, ...given };
    if (outagesUrl !== null) settings.DATABASE_OUTAGES_URL = outagesUrl;
    const origin = `http://127.0.0.1:${port}`;
    const publicOrigin = String(settings.PUBLIC_ORIGIN);
    const host = given.AUTH_SECRET ? createHost(origin, given.AUTH_SECRET) : null;

    let simulator: Simulator | null = null;
    if (simulated) {
      simulator = await startSimulator(own.stateDir, {
        port: own.simulatorPort,
        accountSid: given.TWILIO_SID,
        authToken: given.TWILIO_AUTH,
        keySid: given.TWILIO_KEY_SID || undefined,
        keySecret: given.TWILIO_KEY_SECRET || undefined,
        ...simulatedSenders(settings),
        publicOrigin,
        appOrigin: origin,
        // As the README has it configured at Twilio: an inbound text is posted again after every kind of failure.
        inboundUrl: inboundUrl(publicOrigin),
        inboundFallbackUrl: inboundUrl(publicOrigin),
        optOuts: given.OPT_OUT_REPLIES === 'app' ? 'off' : 'twilio',
        tour: tourSteps(await readFile(path.join(ROOT, 'README.md'), 'utf8')),
        brand: String(settings.BRAND_NAME ?? '') || undefined,
        signIn: host ? (userId) => signInAs(userId, host, origin, publicOrigin) : undefined,
      });
      closers.push(simulator.close);
      settings.TWILIO_API_BASE = simulator.origin;
    }

    const watchdog = startWatchdog();
    closers.push(watchdog.close);
    const served = servedWorker(worker, { port, settings, outages: outagesUrl !== null });
    const miniflare = await startRuntime([served, toolsBeside(worker)], own.stateDir, log);
    closers.push(() => miniflare.dispose());

    const found = await prepareStores(miniflare, worker.migrationsDir, own.stateDir);
    const seeded = own.seedDemo && host !== null && !found.complete && !found.others;
    if (seeded) await seed(host);
    const hasDemo = seeded || found.complete;
    if (hasDemo) simulator?.setPeople(demoPhones());
    simulator?.resume();

    const sweep = async () => {
      const target = await miniflare.getWorker();
      for (const cron of worker.crons) await target.scheduled({ cron, scheduledTime: new Date() });
    };
    closers.push(startSweeper(own.sweepSeconds, sweep));
    const runtimePid = watchdog.runtimePid;
    return { origin, publicOrigin, simulator, host, seeded, hasDemo, sweep, runtimePid, close };
  }
}
