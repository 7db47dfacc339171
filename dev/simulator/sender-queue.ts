import type { FaultControl } from './faults.ts';
import type { Work } from './work.ts';

/** The queues in which messages wait until their sender may hand them on. */
export type SenderQueues = {
  /** Whether so much waits at a sender that Twilio takes no more. */
  isFull: (sender: string) => boolean;
  /** Waits for a message's turn; `mayPass` is asked then, and one that may not costs no time. False when called off. */
  turn: (sender: string, segments: number, mayPass: () => boolean) => Promise<boolean>;
  /** Calls off everything that waits. */
  cancel: () => void;
};

type Waiting = { segments: number; mayPass: () => boolean; go: (went: boolean) => void };

/** Builds the queues; the rates are read anew for each message, so that a change of faults counts at once. */
export function createSenderQueues(faults: FaultControl, work: Work): SenderQueues {
  const queues = new Map<string, Waiting[]>();

  async function pump(sender: string, queue: Waiting[]): Promise<void> {
    for (let head = queue[0]; head; head = queue[0]) {
      const passes = head.mayPass();
      queue.shift();
      head.go(true);
      const perSecond = faults.get().senderPerSecond;
      if (passes && perSecond !== null) await work.pause((head.segments / perSecond) * 1000);
    }
    if (queues.get(sender) === queue) queues.delete(sender);
  }

  return {
    isFull: (sender) => {
      const { senderPerSecond, senderQueueSeconds } = faults.get();
      const queue = queues.get(sender);
      if (senderPerSecond === null || queue === undefined) return false;
      const waiting = queue.reduce((sum, { segments }) => sum + segments, 0);
      return waiting >= senderPerSecond * senderQueueSeconds;
    },
    turn: (sender, segments, mayPass) =>
      new Promise((resolve) => {
        const waiting = { segments, mayPass, go: resolve };
        const queue = queues.get(sender);
        if (queue) return void queue.push(waiting);
        if (faults.get().senderPerSecond === null) return resolve(true);
        const fresh = [waiting];
        queues.set(sender, fresh);
        void pump(sender, fresh);
      }),
    cancel: () => {
      for (const queue of queues.values()) {
        for (const { go } of queue.splice(0)) go(false);
      }
      queues.clear();
    },
  };
}
