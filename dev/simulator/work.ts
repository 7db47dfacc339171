/** What is still under way: deliveries and webhooks. */
export type Work = {
  /** Runs a task that `idle` waits for. */
  run: (task: () => Promise<void>) => void;
  /** Waits `ms`; resolves at once, false, when it is called off. */
  pause: (ms: number) => Promise<boolean>;
  /** Resolves when nothing is under way. */
  idle: () => Promise<void>;
  /** Calls off every wait. */
  cancel: () => void;
};

/** Counts tasks and holds their timers. */
export function createWork(): Work {
  const timers = new Map<NodeJS.Timeout, (went: boolean) => void>();
  let running = 0;
  let waiters: (() => void)[] = [];
  return {
    run: (task) => {
      running += 1;
      void task().finally(() => {
        running -= 1;
        if (running > 0) return;
        for (const waiter of waiters) waiter();
        waiters = [];
      });
    },
    pause: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => {
          timers.delete(timer);
          resolve(true);
        }, ms);
        timers.set(timer, resolve);
      }),
    idle: () => (running === 0 ? Promise.resolve() : new Promise((resolve) => waiters.push(resolve))),
    cancel: () => {
      for (const [timer, resolve] of timers) {
        clearTimeout(timer);
        resolve(false);
      }
      timers.clear();
    },
  };
}
