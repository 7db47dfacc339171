import type { Hono } from 'hono';
import type { AppEnv } from '../platform/endpoint.ts';
import { handleInbound } from './inbound.ts';
import { handleStatus } from './status.ts';
import { SILENCE, twiml } from './twiml.ts';
import { readWebhook } from './webhook.ts';

/** Twilio's webhooks: signed, or refused before anything is looked at. */
export function mountSms(app: Hono<AppEnv>): void {
  app.post('/api/sms/inbound', async (c) => {
    const webhook = await readWebhook(c.req.raw, c.var.deps.config);
    return twiml(await handleInbound(c.var.deps, webhook));
  });
  app.post('/api/sms/status', async (c) => {
    const webhook = await readWebhook(c.req.raw, c.var.deps.config);
    await handleStatus(c.var.deps, webhook);
    return twiml(SILENCE);
  });
}
