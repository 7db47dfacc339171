import { execFileSync } from 'node:child_process';
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { countTriggers } from './count-triggers.ts';
import { eventTriggers } from './event-triggers.ts';
import { fenceTriggers } from './fence-triggers.ts';

// `npm run migration`: the migrations, written anew from src/db/schema.ts: until the first release a change of the schema
// is a change of the first one. What drizzle cannot say, triggers, follows.
const root = path.resolve(import.meta.dirname, '..');
const scratch = await mkdtemp(path.join(tmpdir(), 'migration-'));
try {
  const options = [
    '--dialect',
    'sqlite',
    '--schema',
    './src/db/schema.ts',
    '--out',
    scratch,
    '--name',
    'init',
  ];
  execFileSync('drizzle-kit', ['generate', ...options], { cwd: root, stdio: 'inherit' });
  const file = (await readdir(scratch)).find((name) => name.endsWith('_init.sql'));
  if (!file) throw new Error('drizzle-kit wrote no migration.');
  await copyFile(path.join(scratch, file), path.join(root, 'migrations', '0000_init.sql'));
  const snapshot = JSON.parse(await readFile(path.join(scratch, 'meta', '0000_snapshot.json'), 'utf8'));
  // Always the same id: two branches that change the schema shall not differ for its sake.
  const named = { ...snapshot, id: '00000000-0000-0000-0000-000000000001' };
  await writeFile(
    path.join(root, 'migrations', 'meta', '0000_snapshot.json'),
    `${JSON.stringify(named, null, 2)}\n`,
  );
  const triggers = {
    '0001_fences.sql': fenceTriggers(),
    '0002_events.sql': eventTriggers(),
    '0003_counts.sql': countTriggers(),
  };
  for (const [name, statements] of Object.entries(triggers)) {
    const text = `${statements.join('\n--> statement-breakpoint\n')}\n`;
    await writeFile(path.join(root, 'migrations', name), text);
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}
