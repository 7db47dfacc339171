import createClient from 'openapi-fetch';
import type { paths } from './api.d.ts';

const { ORIGIN = 'http://127.0.0.1:8787', TOKEN } = process.env;
const api = createClient<paths>({ baseUrl: ORIGIN, headers: { Authorization: `Bearer ${TOKEN}` } });

/** The answer of a call. @throws Error with what the service said, when it refused */
function taken<T>({ data, error }: { data?: T; error?: { message: string } }): T {
  if (data === undefined) throw new Error(error?.message ?? 'The answer was empty');
  return data;
}

taken(
  await api.PUT('/api/admin/families/{id}', {
    params: { path: { id: 'fam_generated' } },
    body: { name: 'The Riveras', timeZone: 'America/New_York' },
  }),
);
for (const [id, name] of Object.entries({ usr_gen_ana: 'Ana', usr_gen_ben: 'Ben' })) {
  const { phoneState, smsEnabled } = taken(
    await api.PUT('/api/admin/users/{id}', {
      params: { path: { id } },
      body: { familyId: 'fam_generated', name },
    }),
  );
  console.log(`${name}: phone ${phoneState}, texts ${smsEnabled ? 'on' : 'off'}`);
}
taken(
  await api.PUT('/api/admin/threads/{id}', {
    params: { path: { id: 'thr_generated' } },
    body: { familyId: 'fam_generated', title: 'Dinner', memberIds: ['usr_gen_ana', 'usr_gen_ben'] },
  }),
);

const { message } = taken(
  await api.POST('/api/admin/threads/{id}/messages', {
    params: { path: { id: 'thr_generated' } },
    body: { authorId: 'usr_gen_ana', id: 'msg_generated', body: 'Are you coming?' },
  }),
);
console.log(`${message.authorName}: ${message.body} (via ${message.via})`);

const { events } = taken(
  await api.GET('/api/admin/events', {
    params: { query: { familyId: 'fam_generated', types: 'message.created' } },
  }),
);
for (const event of events) {
  if (event.type === 'message.created') console.log(`${event.type} ${event.data.message.id}`);
}

// A refusal is data too: its code is one of those that the document lists for this call.
const { error } = await api.POST('/api/admin/threads/{id}/messages', {
  params: { path: { id: 'thr_generated' } },
  body: { authorId: 'usr_gen_ana' },
});
if (error?.error === 'empty_message') console.log(`Refused: ${error.message}`);
