import type { Hono } from 'hono';
import type { AppEnv } from '../platform/endpoint.ts';
import { AppError } from '../platform/errors.ts';
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
  for (const path of ['/api/sms/inbound', '/api/sms/status']) {
    app.all(path, () => {
      const error = new AppError('method_not_allowed', 'This address takes POST.');
      return Response.json(error, { status: 405, headers: { Allow: 'POST' } });
    });
  }
}
