import { TRANSITIONS } from '../../src/notifications/deliveries/delivery-status.ts';

const STEPS = Object.entries(TRANSITIONS).flatMap(([from, next]) => next.map((to) => `'${from} ${to}'`));

/** A trigger that refuses every step of a delivery that the state machine does not have; writing the same state is none. */
export const STATE_MACHINE_TRIGGER = `CREATE TRIGGER state_machine BEFORE UPDATE OF status ON sms_delivery_log
  WHEN NEW.status <> OLD.status AND OLD.status || ' ' || NEW.status NOT IN (${STEPS.join(', ')})
  BEGIN SELECT RAISE(ABORT, 'The state machine has no such step'); END`;

/**
 * Whether a statement of the product writes the status of deliveries without asking for the one before: it would take a
 * row from a status that somebody else has written meanwhile.
 */
export const writesAnyStatus = (query: string): boolean =>
  /\bupdate "sms_delivery_log" set (?:.*, )?"status" = /.test(query) &&
  !query.includes('"sms_delivery_log"."status" in (');
