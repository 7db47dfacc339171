import { expect, it } from 'vitest';
import { nameInBatch, statementName } from './statement-name.ts';

it.each([
  ['/* claim */ update "sms_delivery_log" set "status" = ?', 'update sms_delivery_log', 'claim'],
  ['\n  UPDATE sms_delivery_log SET status = ?', 'update sms_delivery_log', null],
  ['insert into "links" ("code_hash") select ?', 'insert links', null],
  ['/* gone */ delete from "sessions" where "id" = ?', 'delete sessions', 'gone'],
  ['/* facts */ select "id" from "users"', 'select', 'facts'],
])('knows what a statement does and what it is called: %s', (query, does, name) => {
  expect(statementName(query)).toBe(does);
  expect(nameInBatch(query)).toBe(name);
});
