import path from 'node:path';
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import { COMPILE_CACHE } from './dev/compile-cache.ts';
import { builtWorker } from './dev/stack/built-worker.ts';
import { readMigrations } from './dev/stack/migrations.ts';
import { settingNames } from './src/platform/config.ts';
import { LongestFirst } from './test/support/longest-first.ts';
import { keepTemporaryFilesInMemory } from './test/support/memory-folder.ts';
import { workerSettings } from './test/support/settings.ts';
import { workerStackLines } from './test/support/stack-lines.ts';
import { TallyReporter } from './test/support/tally-reporter.ts';

/** What measures time of the processor: with nothing beside it. */
const ALONE = 'test/size.test.ts';
const SPECIAL = 'test/**/*.{worker,e2e,browser}.test.ts';

/** What a developer has in `.dev.vars` is not for tests, nor is the line in which wrangler announces it. */
const NOTHING_SET = Object.fromEntries(settingNames().map((name) => [name, '']));
process.env.WRANGLER_LOG ??= 'warn';

keepTemporaryFilesInMemory();
// Each process of the run loads the same tools.
process.env.NODE_COMPILE_CACHE ??= COMPILE_CACHE;

// The Worker bundles the list of what browsers load, so that is built first; the stacks of the run take the same build.
await builtWorker(import.meta.dirname);

/** Each file whole: each file of tests applies them to four databases, which take about as long for each statement. */
const migrations = (await readMigrations(path.join(import.meta.dirname, 'migrations'))).map(
  ({ name, sql }) => ({
    name,
    queries: [sql],
  }),
);

export default defineConfig({
  test: {
    reporters: ['default', new TallyReporter()],
    // One more than a small machine has cores: most tests wait now and then, for a timer or another process.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'node',
          environment: 'node',
          include: ['test/**/*.test.ts'],
          exclude: [SPECIAL, ALONE],
          setupFiles: ['./test/support/property-seed.ts'],
          // A process a file would spend more on loading than on testing.
          isolate: false,
          testTimeout: 30_000,
        },
      },
      {
        plugins: [
          workerStackLines(),
          cloudflareTest(async ({ inject }) => ({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              // Beside the one of wrangler.toml: stores of families.
              // Limits of real minutes: tests that are about them bring their own.
              ratelimits: Object.fromEntries(
                ['DOOR_LIMIT', 'PERSON_LIMIT', 'FAMILY_LIMIT'].map((name) => [
                  name,
                  { namespace_id: name, simple: { limit: 1_000_000, period: 60 } },
                ]),
              ),
              d1Databases: { FAMILY_DB_0: 'family-0', FAMILY_DB_1: 'family-1', FAMILY_DB_2: 'family-2' },
              bindings: {
                ...NOTHING_SET,
                ...workerSettings(inject('twilioPort')),
                MODEL_RUNS: process.env.MODEL_RUNS ?? '',
                MODEL_SEED: process.env.MODEL_SEED ?? '',
                FAULTS_LONG: process.env.FAULTS_LONG ?? '',
                TEST_MIGRATIONS: migrations,
              },
            },
          })),
        ],
        test: {
          name: 'workers',
          include: ['test/**/*.worker.test.ts'],
          globalSetup: ['./test/support/twilio-server.ts'],
          setupFiles: ['./test/worker/setup.ts'],
          // Loading the Worker takes longer than most files' tests; the setup empties the runtime for each file instead.
          isolate: false,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'stack',
          environment: 'node',
          include: ['test/**/*.{e2e,browser}.test.ts'],
          // The files that a process runs share its browser and its build of the Worker.
          isolate: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // Real processes on a busy machine: a second try, which the end of the run names (TallyReporter).
          retry: 1,
          // What is waited for comes when the machine gets to it.
          expect: { poll: { timeout: 20_000 } },
        },
      },
      {
        test: {
          name: 'alone',
          environment: 'node',
          include: [ALONE],
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
