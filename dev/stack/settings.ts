import path from 'node:path';
import { ConfigError, type ConfigFault, parseConfig, settingNames } from '../../src/platform/config.ts';
import { StackError } from './stack-error.ts';

/** What the environment of `npm start` says about the stack itself. */
export interface StackSettings {
  /** 0: any free port. */
  port: number;
  simulatorPort: number;
  stateDir: string;
  /** 0: the sweep never runs by itself. */
  sweepSeconds: number;
  seedDemo: boolean;
  /** Over how many family databases a new state is spread; 0: everything in the one. */
  familyDatabases: number;
  /** Where secrets are kept between starts. */
  devVarsPath: string;
  /** Where the family databases' outages are asked for; null: they have none. The chaos takes databases down with it. */
  outagesUrl: string | null;
}

type Env = Readonly<Record<string, string | undefined>>;

/** The names that the stack itself reads, beside the settings of the Worker. */
export const STACK_NAMES = [
  'PORT',
  'SIMULATOR_PORT',
  'STATE_DIR',
  'SWEEP_SECONDS',
  'SEED_DEMO',
  'FAMILY_DATABASES',
  'DEV_VARS',
  'DATABASE_OUTAGES_URL',
] as const;

/** Reads what concerns the stack itself; what is malformed goes to `faults`. */
export function readStackSettings(env: Env, root: string, faults: ConfigFault[]): StackSettings {
  const number = (name: string, fallback: number, to: number, whole: boolean) => {
    const text = env[name]?.trim();
    if (text === undefined || text === '') return fallback;
    const value = Number(text);
    if (value >= 0 && value <= to && (!whole || Number.isInteger(value))) return value;
    faults.push({ name, expected: `a ${whole ? 'whole ' : ''}number from 0 to ${to}` });
    return fallback;
  };
  if (!['', '0', '1', undefined].includes(env.SEED_DEMO)) {
    faults.push({ name: 'SEED_DEMO', expected: '0 or 1' });
  }
  return {
    port: number('PORT', 8787, 65_535, true),
    simulatorPort: number('SIMULATOR_PORT', 8788, 65_535, true),
    stateDir: path.resolve(root, env.STATE_DIR || '.wrangler/state'),
    sweepSeconds: number('SWEEP_SECONDS', 60, 86_400, false),
    seedDemo: env.SEED_DEMO !== '0',
    familyDatabases: number('FAMILY_DATABASES', 3, 64, true),
    devVarsPath: path.resolve(root, env.DEV_VARS || '.dev.vars'),
    outagesUrl: env.DATABASE_OUTAGES_URL || null,
  };
}

/** The settings of the Worker that are set in an environment. */
export function settingsIn(env: Env): Record<string, string> {
  const found = settingNames().map((name) => [name, env[name]] as const);
  return Object.fromEntries(found.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** What follows from the port: locally the app is its own origin, and `localhost` its other name. */
export const originSettings = (port: number): Record<string, string> => ({
  PUBLIC_ORIGIN: new URL(`http://127.0.0.1:${port}`).origin,
  LINK_ALTERNATE_ORIGIN: new URL(`http://localhost:${port}`).origin,
});

/** The faults of the Worker's settings, judged as the Worker itself will. */
export function settingsFaults(settings: Record<string, unknown>): ConfigFault[] {
  try {
    parseConfig(settings);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

/** One line that names every fault. */
export function refuseSettings(faults: readonly ConfigFault[]): void {
  if (faults.length === 0) return;
  const list = faults.map(({ name, expected }) => `${name} should be ${expected}`).join('; ');
  throw new StackError(`${faults.length === 1 ? 'A setting is' : 'Settings are'} wrong: ${list}`);
}
