import { enableCompileCache } from 'node:module';
import path from 'node:path';
import { COMPILE_CACHE } from './compile-cache.ts';
import type { Stack } from './stack/stack.ts';

const began = performance.now();
// Wrangler's and Miniflare's code compiled once for all starts; it must be asked for before they are loaded.
enableCompileCache?.(COMPILE_CACHE);
// What takes longest begins first, in a process of its own. Its failure is told by whoever asks for it, which is the stack.
const { builtWorker } = await import('./stack/built-worker.ts');
void Promise.allSettled([builtWorker(path.resolve(import.meta.dirname, '..'))]);
const { startStack } = await import('./stack/stack.ts');
const { StackError } = await import('./stack/stack-error.ts');

/** What a person sees when all is up. */
function welcome(stack: Stack): string {
  const { origin, publicOrigin, simulator, seeded, hasDemo } = stack;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const rows = [
    ['Portal', publicOrigin === origin ? origin : `${origin} (as ${publicOrigin})`],
    ...(simulator ? [['Phones', simulator.origin]] : []),
    ['API', `${origin}/docs`],
  ];
  const withPhones = hasDemo
    ? `sign in as Grandma Rosa, and write into “Sunday dinner”:\n  the text slides onto Maya's phone.`
    : 'which says what to do: any two people of yours will do.';
  const next = simulator
    ? `Open ${simulator.origin}, ${withPhones}`
    : 'Texts go to TWILIO_API_BASE; there is no phone simulator.';
  return [
    '',
    ...rows.map(([name, address]) => `  ${name!.padEnd(8)}${address}`),
    '',
    `  ${seeded ? 'The demo family was put in. ' : ''}${next}`,
    '  Ctrl-C ends everything.',
    '',
    `Ready in ${seconds} s`,
  ].join('\n');
}

/** Handles a signal alone: Miniflare's own handler would exit before the rest is closed. */
function onSignal(signal: NodeJS.Signals, handle: () => void): void {
  const others = process.listeners(signal);
  process.on(signal, handle); // First ours, so that at no moment a signal is nobody's.
  for (const other of others) process.removeListener(signal, other);
}

/** npm killed without a chance to pass the signal on would leave a stack that nobody can stop. */
function endWithParent(end: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    end();
  }, 300);
  timer.unref();
}

try {
  const stack = await startStack({ env: process.env });
  let endingSince: number | null = null;
  const end = (reason: string) => {
    // npm passes on the Ctrl-C that the terminal already sent here; a later one means "at once".
    if (endingSince !== null && performance.now() - endingSince > 1000) process.exit(1);
    if (endingSince !== null) return;
    endingSince = performance.now();
    console.log(`Ending (${reason})`);
    void stack.close().then(() => process.exit(0));
  };
  onSignal('SIGINT', () => end('Ctrl-C'));
  onSignal('SIGTERM', () => end('SIGTERM'));
  onSignal('SIGHUP', () => end('the terminal is gone'));
  if (process.env.npm_lifecycle_event) endWithParent(() => end('npm is gone'));
  console.log(welcome(stack));
  globalThis.gc?.(); // What the start took is given back now; `npm start` also keeps Node's young generation and malloc's arenas small.
} catch (error) {
  console.error(error instanceof StackError ? `Cannot start: ${error.message}` : error);
  process.exit(1);
}
