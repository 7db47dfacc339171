import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freshSettings, readDevVars } from '../../dev/stack/dev-vars.ts';
import { originSettings, readStackSettings, settingsFaults, settingsIn } from '../../dev/stack/settings.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'fcs-vars-'));
});
afterEach(() => rm(dir, { recursive: true }));

describe('.dev.vars', () => {
  it('is made when missing, readable by its owner alone, and read back the same', async () => {
    const file = path.join(dir, '.dev.vars');
    const made = await readDevVars(file);
    expect((await stat(file)).mode & 0o077).toBe(0);
    expect(await readDevVars(file)).toEqual(made);
    expect(settingsFaults({ ...originSettings(8787), ...made })).toEqual([]);
  });

  it('gets what it lacks, and keeps what it has, be it nothing', async () => {
    const file = path.join(dir, '.dev.vars');
    await writeFile(file, 'AUTH_SECRET="mine"\nIOS_APP_IDS=');
    const read = await readDevVars(file);
    expect(read).toMatchObject({ AUTH_SECRET: 'mine', IOS_APP_IDS: '' });
    expect(Object.keys(read).sort()).toEqual(Object.keys(freshSettings()).sort());
    expect(await readFile(file, 'utf8')).toMatch(/^AUTH_SECRET="mine"\nIOS_APP_IDS=\nSESSION_SECRET=/);
    expect(await readDevVars(file)).toEqual(read);
  });

  it('is told of when it cannot be written', async () => {
    await expect(readDevVars(path.join(dir, 'nowhere', '.dev.vars'))).rejects.toThrow(/cannot be written/);
    await expect(readDevVars(dir)).rejects.toThrow(/cannot be read/);
  });

  it('holds secrets that differ each time', () => {
    const [a, b] = [freshSettings(), freshSettings()];
    const secrets = ['AUTH_SECRET', 'SESSION_SECRET', 'MAGIC_SECRET', 'PHONE_SECRET', 'TWILIO_AUTH'];
    const values = secrets.flatMap((name) => [a[name], b[name]]);
    expect(new Set(values).size).toBe(values.length);
  });
});

describe('the settings of the stack', () => {
  const read = (env: Record<string, string>) => {
    const faults: { name: string; expected: string }[] = [];
    return { settings: readStackSettings(env, '/repo', faults), faults: faults.map(({ name }) => name) };
  };

  it('have defaults', () => {
    expect(read({}).settings).toEqual({
      port: 8787,
      simulatorPort: 8788,
      stateDir: '/repo/.wrangler/state',
      sweepSeconds: 60,
      seedDemo: true,
      familyDatabases: 3,
      devVarsPath: '/repo/.dev.vars',
      outagesUrl: null,
    });
  });

  it.each([
    [{ PORT: '80.5' }, ['PORT']],
    [{ PORT: '-1', SIMULATOR_PORT: '65536' }, ['PORT', 'SIMULATOR_PORT']],
    [{ SWEEP_SECONDS: 'often' }, ['SWEEP_SECONDS']],
    [{ SEED_DEMO: 'no' }, ['SEED_DEMO']],
    [{ FAMILY_DATABASES: 'three' }, ['FAMILY_DATABASES']],
    [{ FAMILY_DATABASES: '0' }, []],
    [{ PORT: ' 9000 ', SWEEP_SECONDS: '0.5', SEED_DEMO: '0', STATE_DIR: '/tmp/x' }, []],
  ])('%j has the faults %j', (env, faults) => {
    expect(read(env as Record<string, string>).faults).toEqual(faults);
  });

  it('name an origin as browsers do, on port 80 too', () => {
    expect(originSettings(80).PUBLIC_ORIGIN).toBe('http://127.0.0.1');
    expect(originSettings(8787).LINK_ALTERNATE_ORIGIN).toBe('http://localhost:8787');
  });

  it('take from an environment what is set there, even to nothing, and nothing else', () => {
    expect(settingsIn({ TWILIO_FROM: '', MAX_SEGMENTS: '2', HOME: '/root' })).toEqual({
      TWILIO_FROM: '',
      MAX_SEGMENTS: '2',
    });
  });
});
