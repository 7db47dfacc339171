import type { Call, CallFault, FaultInjector } from '../worker/process.ts';

/** A kind of fault, and the calls it can hit. `times`: hits this many calls in a row, so that retries fail too. */
export interface Fault {
  name: string;
  kinds: readonly Call['kind'][];
  /** Whether the call is tried again and then succeeds, the error comes up, or nothing comes after. */
  leads: 'again' | 'up' | 'nowhere';
  how: () => CallFault['how'];
  times: number;
}

const error = (message: string, mark: object = {}) => Object.assign(new Error(message), mark);

/** What D1, objects and queues throw. Sources: Cloudflare's "D1 error list" and "Durable Objects: error handling". */
const FAULTS: readonly Fault[] = [
  {
    name: 'D1 loses the connection once',
    kinds: ['d1'],
    leads: 'again',
    how: () => error('D1_ERROR: Network connection lost.'),
    times: 1,
  },
  {
    name: 'D1 loses the connection for good',
    kinds: ['d1'],
    leads: 'up',
    how: () => error('D1_ERROR: Network connection lost.'),
    times: 3,
  },
  {
    name: 'D1 is overloaded',
    kinds: ['d1'],
    leads: 'up',
    how: () => error('D1_ERROR: D1 DB is overloaded. Requests queued for too long.'),
    times: 1,
  },
  {
    name: 'D1 is reset',
    kinds: ['d1'],
    leads: 'up',
    how: () => error('D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.'),
    times: 1,
  },
  {
    name: 'the object throws',
    kinds: ['family'],
    leads: 'up',
    how: () => error('Internal error in the object.'),
    times: 1,
  },
  {
    name: 'the object is moved',
    kinds: ['family'],
    leads: 'again',
    how: () => error('Durable Object reset because its code was updated.', { retryable: true }),
    times: 1,
  },
  {
    name: 'the object stays away',
    kinds: ['family'],
    leads: 'up',
    how: () => error('Network connection lost.', { retryable: true }),
    times: 3,
  },
  {
    name: 'the object is overloaded',
    kinds: ['family'],
    leads: 'up',
    how: () => error('Durable Object is overloaded.', { overloaded: true }),
    times: 1,
  },
  {
    name: 'the queue refuses',
    kinds: ['queue'],
    leads: 'up',
    how: () => error('Queue is overloaded.'),
    times: 1,
  },
  {
    name: 'the queue does not answer',
    kinds: ['queue'],
    leads: 'up',
    how: () => 'no answer',
    times: 1,
  },
  {
    name: 'the process dies',
    kinds: ['d1', 'family', 'queue', 'carrier'],
    leads: 'nowhere',
    how: () => 'dies',
    times: 1,
  },
];

/** A fault, and whether it hits before or after the effect. */
export interface Planned {
  fault: Fault;
  when: CallFault['when'];
}

/** Whether a call changes nothing. */
const isReading = ({ kind, name }: Call) =>
  (kind === 'd1' && name.split('; ').every((statement) => statement === 'select')) || name === 'presence';

/**
 * The faults to inject into a call. Unless all are asked for, one stands for those with the same consequence:
 * errors that come up take turns, call by call; what is tried again before any effect has not happened; dying before
 * a call is dying after the one before it; a call that changes nothing has no effect to strike before or after, and
 * such calls take turns to be tried again and to fail; an error before an effect strikes every other call that has one.
 * `FAULTS_LONG=1` asks for all.
 */
export function faultsToInject(call: Call, { everything }: { everything: boolean }): Planned[] {
  const possible = FAULTS.filter(({ kinds }) => kinds.includes(call.kind));
  const both: CallFault['when'][] = ['before', 'after'];
  if (everything) return both.flatMap((when) => possible.map((fault) => ({ fault, when })));
  const oneOf = (leads: Fault['leads'], when: CallFault['when'], turn = 0): Planned[] => {
    const alike = possible.filter((fault) => fault.leads === leads);
    return alike.length === 0 ? [] : [{ fault: alike[(call.number + turn) % alike.length]!, when }];
  };
  const isEven = call.number % 2 === 0;
  if (isReading(call)) return isEven ? oneOf('up', 'before') : oneOf('again', 'after');
  return [
    ...oneOf('again', 'after'),
    ...(isEven ? oneOf('up', 'before') : []),
    ...oneOf('up', 'after', 1),
    ...oneOf('nowhere', 'after'),
  ];
}

/** Injects a fault into one call, and into as many later ones of its kind as it lasts. */
export function injectAt(at: Call, fault: Fault, when: CallFault['when']): FaultInjector {
  let left = fault.times;
  return (call) => {
    if (call.number < at.number || call.kind !== at.kind || left === 0) return null;
    left -= 1;
    return { when, how: fault.how() };
  };
}
