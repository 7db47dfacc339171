import { firstLine } from './stack-error.ts';

/**
 * Does a piece of work at once and then every so often, never twice at the same time: what Cloudflare's cron
 * does for the Worker when it is deployed.
 * @param seconds from the end of one run to the next; 0: never
 * @returns a function that stops it and waits for the run that is under way
 */
export function startSweeper(seconds: number, work: () => Promise<unknown>): () => Promise<void> {
  if (seconds === 0) return async () => undefined;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const run = async () => {
    try {
      await work();
    } catch (error) {
      if (!stopped) console.error(`The sweep failed: ${firstLine(error)}`);
    }
    if (!stopped) timer = setTimeout(start, seconds * 1000);
  };
  const start = () => {
    running = run();
  };
  start();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await running;
  };
}
