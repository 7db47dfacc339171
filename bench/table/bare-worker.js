import { DurableObject } from 'cloudflare:workers';

/** The least that the platform needs for the same: a batch of eight statements, three queue messages, a socket that hibernates. */

const MESSAGES = 'CREATE TABLE IF NOT EXISTS m (id TEXT PRIMARY KEY, body TEXT, at INTEGER)';
/** Requests under way at once, as the product sends. */
const LANES = 6;

export class Room extends DurableObject {
  fetch() {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }
  webSocketMessage() {
    // Nothing is said.
  }
  webSocketClose(socket, code) {
    socket.close(code);
  }
}

const insert = (env, id) =>
  env.DB.prepare('INSERT INTO m VALUES (?, ?, ?)').bind(id, 'Are you coming on Sunday?', Date.now());
const read = (env, id) => env.DB.prepare('SELECT * FROM m WHERE id = ?').bind(id);

async function post(env, phones) {
  const id = crypto.randomUUID();
  const written = [1, 2, 3, 4, 5].map((n) => insert(env, id + n));
  await env.DB.batch([read(env, id), ...written, read(env, id), read(env, id)]);
  await env.TEXTS.sendBatch(phones.map((to) => ({ body: { to } })));
  return new Response('{}', { status: 201 });
}

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === '/socket') {
      return env.ROOM.get(env.ROOM.idFromName(searchParams.get('room'))).fetch(request);
    }
    if (pathname === '/post') return await post(env, await request.json());
    if (pathname === '/setup') await env.DB.prepare(MESSAGES).run();
    else await insert(env, crypto.randomUUID()).run();
    return new Response('{}');
  },
  async queue(batch, env) {
    const rest = batch.messages.values();
    const lane = async () => {
      for (const { body } of rest) {
        const form = new URLSearchParams({ To: body.to, Body: 'Are you coming on Sunday?' });
        const answer = await fetch(env.CARRIER, { method: 'POST', body: form });
        await answer.text();
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    batch.ackAll();
  },
};
