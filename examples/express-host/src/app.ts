import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { verifyWebhook, WebhookError } from '@family-circle-secure/client';
import { asc, eq } from 'drizzle-orm';
import express, { type Express } from 'express';
import type { Database } from './database.ts';
import { tellMessages } from './mirror.ts';
import type { Presence } from './presence.ts';
import { messages, threads, users } from './schema.ts';
import type { Service } from './service.ts';
import { takeEvent } from './take-event.ts';

/** What the routes need. */
export interface AppDeps {
  db: Database;
  service: Service;
  presence: Presence;
  /** `EVENTS_SECRET` of the service; two with a comma between them while it is rotated. */
  eventsSecret: string;
}

/** The chat's HTTP server. Who calls is whoever they say they are: signing in is no part of this example. */
export function createApp({ db, service, presence, eventsSecret }: AppDeps): Express {
  const app = express();

  // The signature is over the bytes as they came, so this route stands before the JSON parser.
  app.post(
    '/webhooks/family-circle',
    express.raw({ type: 'application/json' }),
    async (request, response) => {
      const event = await verifyWebhook(request.body, request.headers, eventsSecret.split(','));
      await takeEvent(db, event);
      response.sendStatus(204);
    },
  );

  app.use(express.json());
  app.use(express.static(path.join(import.meta.dirname, '../public')));

  app.get('/api/users', async (_, response) => {
    response.json(await db.select({ id: users.id, name: users.name, smsOn: users.smsOn }).from(users));
  });

  app.get('/api/threads', async (_, response) => {
    response.json(await db.select().from(threads));
  });

  app.get('/api/threads/:id/messages', async (request, response) => {
    const inThread = eq(messages.threadId, request.params.id);
    response.json(await db.select().from(messages).where(inThread).orderBy(asc(messages.createdAt)));
  });

  app.post('/api/threads/:id/messages', async (request, response) => {
    const { authorId, body } = request.body;
    const message = {
      id: `msg_${randomUUID()}`,
      threadId: request.params.id,
      authorId,
      body,
      createdAt: new Date(),
    };
    await db.insert(messages).values(message);
    response.status(201).json(message);
    // Should this fail, the loop of start.ts tells it later.
    tellMessages(db, service).catch((error) => console.error('Not told yet:', error.message));
  });

  app.post('/api/here', async (request, response) => {
    const { userId, left = false } = request.body;
    const changed = left ? true : presence.heard(userId, Date.now());
    if (left) presence.left(userId);
    if (changed) await presence.report(service, Date.now());
    response.sendStatus(204);
  });

  const onError: express.ErrorRequestHandler = (error, _request, response, _next) => {
    if (error instanceof WebhookError) return void response.status(401).json({ error: error.fault });
    console.error(error);
    response.status(500).json({ error: 'internal' }); // A webhook comes again.
  };
  app.use(onError);
  return app;
}
