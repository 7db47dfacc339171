import { readFileSync } from 'node:fs';
import path from 'node:path';
import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { expect, it } from 'vitest';
import * as schema from '../../src/db/schema.ts';

/**
 * What each column of text holds of a person: nothing, ids (of people, texts, keys), a keyed hash, or what names or
 * describes them, with how it ends. Numbers, times, flags, closed sets and columns called `id` need no verdict. A column
 * that is missing here fails the test: whoever adds one says what it holds, here and in docs/privacy.md.
 */
const VERDICTS: Record<'nothing' | 'ids' | 'hashes', string[]> & { personal: Record<string, string> } = {
  nothing: [
    ...['alerts.kind', 'alerts.message', 'carrier_tries.code', 'heartbeats.name', 'retention_rounds.name'],
    ...['delivery_counts.kind', 'delivery_counts.status', 'delivery_counts.reason', 'delivery_counts.error'],
    ...[
      'link_opens.day',
      'link_opens.device',
      'link_opens.outcome',
      'events.nonce',
      'homes.store',
      'slots.store',
    ],
    ...[
      'event_backlog.error',
      'event_barriers.behind_store',
      'event_cursors.lease',
      'event_cursors.last_error',
      'event_cursors.gone_receiver',
    ],
    ...[
      'moves.source',
      'moves.target',
      'moves.problem',
      'slot_moves.source',
      'slot_moves.target',
      'slot_moves.problem',
      'pauses.reason',
      'service_keys.name',
    ],
    ...['service_keys.scopes', 'consent_events.version', 'notification_preferences.consent_version'],
    ...['sms_delivery_log.error', 'sms_delivery_log.claim', 'sms_delivery_log.channel'],
    ...['sms_delivery_log.sender', 'messages.client_digest', 'verification_codes.used_for'],
  ],
  ids: [
    ...['alerts.acknowledged_by', 'audit_log.actor', 'audit_log.subject', 'events.subject', 'pauses.scope'],
    ...['retention_rounds.position', 'words_left.sid', 'inbound_texts.message_sid', 'inbound_texts.keyword'],
    ...['held_replies.message_sid', 'held_replies.choices', 'held_replies.chosen_by', 'messages.client_key'],
    ...['sms_delivery_log.provider_sid', 'sms_delivery_log.ended_sids', 'sms_delivery_log.merged_into'],
    ...['messages.file_ids', 'consent_events.origin'],
  ],
  hashes: [
    ...['phone_numbers.number_hash', 'consent_events.number_hash', 'inbound_texts.number_hash'],
    ...['verification_codes.number_hash', 'verification_codes.code_hash', 'verification_codes.subject'],
    ...['links.code_hash', 'links.consumed_by', 'service_keys.key_hash', 'rate_counters.key'],
  ],
  personal: {
    'phone_numbers.number': 'with its holder',
    'users.name': 'emptied when the person is deleted',
    'users.phone': 'when it is removed, moves, or the person is deleted',
    'users.time_zone': 'when the person is deleted',
    'families.name': 'with the family',
    'families.time_zone': 'with the family',
    'threads.title': 'with the thread',
    'messages.body': 'KEEP_MESSAGES_DAYS, or taken back',
    'held_replies.body': 'a day, or once it is posted',
    'inbound_texts.reply': '30 days; that of STOP and START, which names nobody, for good',
    'family_updates.change': 'when done',
    'sms_delivery_log.phone': 'KEEP_NUMBERS_DAYS after it ended',
    'consent_events.client_address': 'when the person is deleted',
    'consent_events.user_agent': 'when the person is deleted',
    'sessions.user_agent': '30 days after the session ends',
    'verification_codes.sealed_number': 'encrypted; a day after the code ends',
  },
};

const tables = Object.values(schema).filter((value) => is(value, SQLiteTable)) as SQLiteTable[];
const columns = tables.flatMap((table) =>
  Object.values(getTableColumns(table))
    .filter(
      ({ dataType, enumValues, name }) =>
        dataType !== 'number' && dataType !== 'boolean' && !enumValues?.length && !/(^|_)id$/.test(name),
    )
    .map(({ name }) => `${getTableName(table)}.${name}`),
);

it('knows of every column what it holds of a person, and how that ends', () => {
  const { nothing, ids, hashes, personal } = VERDICTS;
  const known = [...nothing, ...ids, ...hashes, ...Object.keys(personal)];
  expect(known.toSorted()).toEqual(columns.toSorted());
});

it('is told in docs/privacy.md, a row a table', () => {
  const page = readFileSync(path.join(import.meta.dirname, '../../docs/privacy.md'), 'utf8');
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  const told = new Set(
    rows.flatMap((row) => [...row.split('|')[1]!.matchAll(/`(\w+)`/g)].map(([, name]) => name)),
  );
  expect(tables.map(getTableName).filter((name) => !told.has(name))).toEqual([]);
});
