/** The bare Worker as a process of its own: prints its origin when it is ready, and ends with SIGTERM. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare';

const [carrier, stateDir] = process.argv.slice(2);

const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    host: '127.0.0.1',
    cf: false,
    log: new Log(LogLevel.ERROR),
    telemetry: { enabled: false },
    resourcePersistencePath: stateDir,
    workers: [
      {
        name: 'bare',
        modules: true,
        script: await readFile(path.join(import.meta.dirname, 'bare-worker.js'), 'utf8'),
        compatibilityDate: '2026-10-01',
        bindings: { CARRIER: carrier! },
        d1Databases: { DB: 'bare' },
        durableObjects: { ROOM: { className: 'Room', useSQLite: true } },
        queueProducers: { TEXTS: { queueName: 'texts' } },
        queueConsumers: { texts: { maxBatchSize: 100, maxBatchTimeout: 0 } },
      },
    ],
  }),
);
const { origin } = await miniflare.ready;
process.on('SIGTERM', async () => {
  await miniflare.dispose();
  process.exit();
});
console.log(`Ready ${origin}`);
