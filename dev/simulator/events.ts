import type { CarrierNotice, SimulatedMessage } from './types.ts';

/** What happens in the simulator, for those who watch it. */
export type SimulatorEvent =
  | { type: 'message'; message: SimulatedMessage }
  | { type: 'status'; message: SimulatedMessage }
  | { type: 'notice'; notice: CarrierNotice }
  | { type: 'optOut'; phone: string }
  | { type: 'number'; phone: string }
  | { type: 'settings' }
  | { type: 'people' }
  | { type: 'cleared' };

/** Hands every event to every listener. */
export type EventHub = {
  emit: (event: SimulatorEvent) => void;
  /** Returns the function that stops listening. */
  listen: (listener: (event: SimulatorEvent) => void) => () => void;
  /** The first event that fits, or null after `timeoutMs`. */
  wait: <T>(pick: (event: SimulatorEvent) => T | null, timeoutMs: number) => Promise<T | null>;
};

/** Builds a hub. */
export function createEventHub(): EventHub {
  const listeners = new Set<(event: SimulatorEvent) => void>();
  const listen: EventHub['listen'] = (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return {
    emit: (event) => {
      for (const listener of [...listeners]) listener(event);
    },
    listen,
    wait: (pick, timeoutMs) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => finish(null), timeoutMs);
        const stop = listen((event) => {
          const picked = pick(event);
          if (picked !== null) finish(picked);
        });
        function finish(picked: Parameters<typeof resolve>[0]): void {
          clearTimeout(timer);
          stop();
          resolve(picked);
        }
      }),
  };
}
