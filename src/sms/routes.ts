import type { Hono } from 'hono';
import type { AppEnv } from '../platform/http/endpoint.ts';
import { handleInbound } from './inbound-text.ts';
import { handleStatus } from './receipt-webhook.ts';
import { readWebhook } from './signed-webhook.ts';
import { SILENCE, twiml } from './twiml.ts';

/** Twilio's webhooks; the signature is checked before anything else. */
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
