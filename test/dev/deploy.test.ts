import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deploy } from '../../dev/deploy/deploy.ts';
import { addDatabases, readAddition } from '../../dev/deploy/family-databases.ts';
import { deploymentFaults } from '../../dev/deploy/faults.ts';
import { readRangeMove } from '../../dev/deploy/move-slots.ts';
import { suggestMove } from '../../dev/deploy/rebalance.ts';
import { createWrangler } from '../../dev/deploy/run-wrangler.ts';
import { StackError } from '../../dev/stack/stack-error.ts';

const databaseId = '0f5a1b2c-0000-4000-8000-123456789abc';
const vars = {
  BRAND_NAME: 'FamilyCircleSecure',
  PUBLIC_ORIGIN: 'https://portal.example.com',
  TWILIO_SID: 'AC00000000000000000000000000000001',
  TWILIO_FROM: '+14155550100',
};
const secretNames = ['AUTH_SECRET', 'SESSION_SECRET', 'MAGIC_SECRET', 'PHONE_SECRET', 'TWILIO_AUTH'];

describe('what keeps a Worker from being deployed', () => {
  it('is nothing when database, settings and secrets are there', () => {
    expect(deploymentFaults({ vars, databaseId, secretNames })).toEqual([]);
  });

  it('is the placeholder of the database', () => {
    const placeholder = '00000000-0000-0000-0000-000000000000';
    expect(deploymentFaults({ vars, databaseId: placeholder, secretNames })).toEqual([
      expect.stringContaining('wrangler d1 create'),
    ]);
  });

  it.each(secretNames)('is %s missing, with the command that sets it', (missing) => {
    const faults = deploymentFaults({
      vars,
      databaseId,
      secretNames: secretNames.filter((n) => n !== missing),
    });
    expect(faults).toEqual([
      expect.stringMatching(new RegExp(`^${missing} .*wrangler secret put ${missing}$`)),
    ]);
  });

  it('is a secret that stands in wrangler.toml', () => {
    const open = { ...vars, AUTH_SECRET: 'x'.repeat(40) };
    expect(deploymentFaults({ vars: open, databaseId, secretNames })).toEqual([
      expect.stringContaining('AUTH_SECRET is in wrangler.toml'),
    ]);
  });

  it('is an origin without https', () => {
    const plain = { ...vars, PUBLIC_ORIGIN: 'http://portal.example.com' };
    expect(deploymentFaults({ vars: plain, databaseId, secretNames })).toEqual([
      expect.stringContaining('https'),
    ]);
  });

  it('is everything at once', () => {
    const faults = deploymentFaults({ vars: {}, databaseId: undefined, secretNames: [] });
    for (const name of ['database_id', 'PUBLIC_ORIGIN', 'TWILIO_SID', 'TWILIO_FROM', ...secretNames]) {
      expect(faults.join('\n')).toContain(name);
    }
  });

  it('may be settled by secrets in place of settings', () => {
    const { TWILIO_FROM: _, ...rest } = vars;
    const names = [...secretNames, 'TWILIO_MESSAGING_SERVICE_SID'];
    expect(deploymentFaults({ vars: rest, databaseId, secretNames: names })).toEqual([]);
  });
});

describe('adding family databases', () => {
  const id = '0f5a1b2c-0000-4000-8000-00000000000';
  const directory = { binding: 'DB', database_name: 'fcs', database_id: databaseId };
  const firstQueue = `[[queues.consumers]]
queue = "fcs-deliveries"
max_batch_size = 100 # All.
max_concurrency = 16 # Sum.
`;
  async function add(args: readonly string[], databases: object[], state: object, queues: object[] = []) {
    const ran: string[] = [];
    const told: string[] = [];
    let toml = firstQueue;
    const wrangler = async (words: readonly string[]) => {
      ran.push(words.join(' '));
      if (words[1] === 'create')
        return `Created\n{ "d1_databases": [{ "database_id": "${id}${ran.length}" }] }`;
      return words[1] === 'execute' ? JSON.stringify([{ results: [state] }]) : '';
    };
    const edit = async (change: (text: string) => string) => {
      toml = change(toml);
    };
    const bound = { databases, queues } as never;
    await addDatabases(readAddition(args), bound, wrangler, edit, (line) => told.push(line));
    return { ran, told, toml };
  }

  it('makes, binds and migrates them, and spreads the slots of a deployment without families', async () => {
    const { ran, toml } = await add(['add', '2', '--location=weur'], [directory], {
      slots: 0,
      families: 0,
      people: 0,
    });
    expect(ran.slice(0, 4)).toEqual([
      'd1 create fcs-family-0 --location weur',
      'd1 migrations apply FAMILY_DB_0 --remote',
      'd1 create fcs-family-1 --location weur',
      'd1 migrations apply FAMILY_DB_1 --remote',
    ]);
    expect(ran[7]).toContain("VALUES (0, 8191, 'd1:0'), (8192, 16383, 'd1:1')");
    expect(toml.match(/binding = "FAMILY_DB_\d"/g)).toEqual([
      'binding = "FAMILY_DB_0"',
      'binding = "FAMILY_DB_1"',
    ]);
    expect(toml).toContain(`database_id = "${id}1"`);
  });

  it('makes a queue for each of their groups, and shares the consumers out among all', async () => {
    const none = { slots: 0, families: 0, people: 0 };
    const { ran, toml } = await add(['add', '3'], [directory], none);
    const made = ran.filter((line) => line.startsWith('queues'));
    expect(made).toEqual([0, 1, 2].map((group) => `queues create fcs-deliveries-${group}`));
    expect(toml.match(/max_concurrency = \d+/g)).toEqual(Array(4).fill('max_concurrency = 4'));
    expect(toml).toContain('queue = "fcs-deliveries-2"\nbinding = "DELIVERIES_2"');
    // Eight databases of seven groups: the eighth has the queue of the first.
    const bound = [directory, ...Array.from({ length: 7 }, (_, n) => ({ binding: `FAMILY_DB_${n}` }))];
    const queues = Array.from({ length: 7 }, (_, n) => ({ binding: `DELIVERIES_${n}`, queue: `q-${n}` }));
    const eighth = await add(['add', '1'], bound, none, queues);
    expect(eighth.ran.filter((line) => line.startsWith('queues'))).toEqual([]);
  });

  it('leaves the map of a deployment with families as it is', async () => {
    const bound = [directory, { binding: 'FAMILY_DB_4' }];
    const { ran, told } = await add(['add', '1'], bound, { slots: 1, families: 0, people: 1 });
    expect(ran[0]).toBe('d1 create fcs-family-5');
    expect(ran.filter((line) => line.includes('INSERT'))).toEqual([]);
    expect(told.join()).toContain('stand by');
  });

  it('only tells with --dry-run, and names its usage', async () => {
    const { ran, told } = await add(['add', '2', '--dry-run'], [directory], {});
    expect([ran, told.length]).toEqual([[], 2]);
    for (const args of [[], ['add'], ['add', '0'], ['remove', '1'], ['add', '1', '--fast']])
      expect(() => readAddition(args)).toThrow(/Usage/);
    expect(() => readAddition(['add', '1', '--location=moon'])).toThrow(/wnam/);
    // Where families' objects are made by setting, unless D1 does not know that place.
    expect(readAddition(['add', '1'], 'weur').location).toBe('weur');
    expect(readAddition(['add', '1', '--location=oc'], 'weur').location).toBe('oc');
    expect(readAddition(['add', '1'], 'afr').location).toBeNull();
  });
});

describe('which slots should move', () => {
  const GB = 1e9;
  const slots = [
    { first: 0, last: 8191, database: 'd1:0' },
    { first: 8192, last: 16383, database: 'd1:1' },
  ];
  const seen = (bytes: readonly (number | null)[]) => ({
    databases: bytes.map((size, n) => ({ name: `d1:${n}`, families: 4096, bytes: size })),
    slots,
  });

  it('is told with the reason: from the fullest to the emptiest, until both are even', () => {
    expect(suggestMove(seen([6.4 * GB, 5 * GB, 0.4 * GB]))).toEqual({
      first: 4352,
      last: 8191,
      from: 'd1:0',
      to: 'd1:2',
      why: expect.stringMatching(
        /d1:0 holds 6.4 GB and is full, d1:2 0.4 GB: 3840 slots, about 1920 families and 3.0 GB/,
      ),
    });
  });

  it('is none while no database is full and they are even, or too small to matter', () => {
    expect(suggestMove(seen([5 * GB, 4 * GB, 3 * GB]))).toBeNull();
    expect(suggestMove(seen([0.5 * GB, 0.1 * GB]))).toBeNull();
    expect(suggestMove(seen([9 * GB, null]))).toBeNull();
    expect(suggestMove(seen([3 * GB, 2.9 * GB, 1.2 * GB]))).toMatchObject({ from: 'd1:0', to: 'd1:2' });
  });

  it('is given by a range and a database', () => {
    expect(readRangeMove(['4000-5461', '--to=d1:3'])).toEqual({ first: 4000, last: 5461, to: 'd1:3' });
    expect(readRangeMove(['7', '--to=d1:3'])).toEqual({ first: 7, last: 7, to: 'd1:3' });
    for (const args of [[], ['1-2'], ['a-b', '--to=d1:3'], ['1-2', '--to=d1:3', '--now']])
      expect(() => readRangeMove(args)).toThrow(/Usage/);
  });
});

describe('deploying', () => {
  const runner = (names: readonly string[]) => {
    const ran: string[] = [];
    const wrangler = async (args: readonly string[]) => {
      ran.push(args.join(' '));
      return args[0] === 'secret' ? `hello\n${JSON.stringify(names.map((name) => ({ name })))}\n` : '';
    };
    return { ran, wrangler };
  };

  it('builds, migrates and deploys, in this order', async () => {
    const { ran, wrangler } = runner(secretNames);
    await deploy({ vars, databaseId }, wrangler, () => undefined);
    expect(ran).toEqual(['secret list', 'deploy --dry-run', 'd1 migrations apply DB --remote', 'deploy']);
  });

  it('migrates every database, and stops before the Worker when one of them fails', async () => {
    const { ran, wrangler } = runner(secretNames);
    const databases = ['DB', 'FAMILY_DB_0', 'FAMILY_DB_1'];
    await deploy({ vars, databaseId, databases }, wrangler, () => undefined);
    const migrations = databases.map((binding) => `d1 migrations apply ${binding} --remote`);
    expect(ran).toEqual(['secret list', 'deploy --dry-run', ...migrations, 'deploy']);

    const failing = runner(secretNames);
    const refused = deploy(
      { vars, databaseId, databases },
      async (args) => {
        if (args.includes('FAMILY_DB_1')) throw new StackError('incomplete input');
        return await failing.wrangler(args);
      },
      () => undefined,
    );
    await expect(refused).rejects.toThrow('incomplete input');
    expect(failing.ran).not.toContain('deploy');
  });

  it('takes a Worker that was never deployed for one without secrets', async () => {
    const wrangler = () =>
      Promise.reject(new StackError('wrangler secret list failed: This Worker does not exist [code: 10007]'));
    await expect(deploy({ vars, databaseId }, wrangler, () => undefined)).rejects.toThrow(
      /secret put AUTH_SECRET/,
    );
  });

  it('changes nothing when something is missing', async () => {
    const { ran, wrangler } = runner([]);
    await expect(deploy({ vars, databaseId }, wrangler, () => undefined)).rejects.toThrow(/SESSION_SECRET/);
    expect(ran).toEqual(['secret list']);
  });
});

describe('what wrangler says', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'fcs-wrangler-'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  /** A wrangler that prints, complains and ends as it is told. */
  const saying = async (stdout: string, stderr: string, code: number) => {
    const script = path.join(dir, 'wrangler.mjs');
    const said = `process.stdout.write(${JSON.stringify(stdout)}); process.stderr.write(${JSON.stringify(stderr)});`;
    await writeFile(script, `${said} process.exitCode = ${code};`);
    return createWrangler({ script, cwd: dir });
  };
  /** As wrangler 4 prints an error, piped or not. */
  const framed = (message: string) =>
    `\x1b[31m✘ \x1b[41;31m[\x1b[41;97mERROR\x1b[41;31m]\x1b[0m \x1b[1m${message}\x1b[0m\n\n  More.\n`;

  it('without an account is told in its words, with what to do', async () => {
    const wrangler = await saying('', framed('It is necessary to set CLOUDFLARE_API_TOKEN.'), 1);
    await expect(deploy({ vars, databaseId }, wrangler, () => undefined)).rejects.toThrow(
      /nothing was changed.*It is necessary to set CLOUDFLARE_API_TOKEN\..*npx wrangler login/,
    );
  });

  it('of a Worker that was never deployed is found in its frame', async () => {
    const wrangler = await saying('', framed('This Worker does not exist on your account. [code: 10007]'), 1);
    await expect(deploy({ vars, databaseId }, wrangler, () => undefined)).rejects.toThrow(
      /secret put AUTH_SECRET/,
    );
  });

  it('beside the list of secrets does not hide them', async () => {
    const list = `\x1b[33m▲ [WARNING] Old\x1b[0m\n${JSON.stringify([{ name: 'AUTH_SECRET' }], null, 2)}\n`;
    const wrangler = await saying(list, '▲ [WARNING] Update', 0);
    const refused = await deploy({ vars, databaseId }, wrangler, () => undefined).catch(String);
    expect(refused).toContain('SESSION_SECRET');
    expect(refused).not.toContain('AUTH_SECRET');
  });
});
