import type { Config } from '../../../src/platform/config.ts';
import type { Step } from '../../worker/history.ts';

/** A text about a thread, as the model counts it. */
export interface Send {
  deliveryId: string;
  claim: Step;
  at: number;
  urgent: boolean;
  late: boolean;
}

type Ranked = Send & { rank: number };

/**
 * The texts to each person about each thread, and how many of them wait for an answer: the distance that the next one
 * has to keep follows from the settings' words alone. An urgent text is nobody's turn, but a reason to keep the least
 * distance; one that is tried again is the same turn.
 */
export function sendsOf(config: Pick<Config, 'SMS_WINDOW_SECONDS' | 'SMS_WINDOW_MAX_SECONDS'>) {
  const { SMS_WINDOW_SECONDS: base, SMS_WINDOW_MAX_SECONDS: most } = config;
  const all = new Map<string, Ranked[]>();
  const about = (key: string) => all.get(key) ?? [];
  const distance = (rank: number) => 1000 * Math.min(Math.max(base, most), base * 2 ** Math.max(0, rank - 1));
  const untilOf = (sends: Ranked[]) =>
    sends.map((send) => ({ ...send, until: send.at + distance(send.rank) }));
  return {
    /**
     * Until when the texts about a thread keep the next one back; of one that is tried again, the others.
     * @param admitted when texts were admitted that the queue still held when the next one was decided about: those that
     * left after them are counted behind them
     */
    since: (key: string, deliveryId: string, admitted: readonly number[] = []) =>
      about(key)
        .filter((send) => send.deliveryId !== deliveryId)
        .map((send) => {
          const before = send.rank === 0 ? 0 : admitted.filter((at) => at <= send.at).length;
          return { ...send, until: send.at + distance(send.rank + before) };
        }),
    /**
     * Until when a text that was admitted at that moment keeps the next one back, whether it has left or not.
     * @param before how many were admitted before it, and may not have left either
     */
    afterAdmission: (key: string, at: number, before: number) =>
      at + distance(1 + before + Math.max(0, ...about(key).map(({ rank }) => rank))),
    /** Counts a text. @returns until when those before it kept it back */
    note(key: string, send: Send) {
      const others = about(key).filter(({ deliveryId }) => deliveryId !== send.deliveryId);
      const rank = send.urgent ? 0 : 1 + Math.max(0, ...others.map((other) => other.rank));
      all.set(key, [...others, { ...send, rank }]);
      return untilOf(others);
    },
    /** Somebody is back, in one thread or in all. */
    answer(name: string, thread?: string): void {
      const mine = (key: string) =>
        thread === undefined ? key.startsWith(`${name} in `) : key === `${name} in ${thread}`;
      for (const [key, sends] of all) if (mine(key)) for (const send of sends) send.rank = 0;
    },
  };
}

/** See {@link sendsOf}. */
export type Sends = ReturnType<typeof sendsOf>;
