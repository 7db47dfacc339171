import { createServer } from 'node:http';
import type { TestProject } from 'vitest/node';
import { createSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import './provided.ts';
import { workerSettings } from './settings.ts';

/**
 * Starts the server that hands simulated Twilios to the tests in the Workers runtime: `POST /` answers
 * `{origin}`. Receipts and inbound texts are signed and recorded, not posted: the tests carry them.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const simulators: Simulator[] = [];
  const server = createServer(async (_, response) => {
    const settings = workerSettings(0);
    const simulator = await createSimulator({
      accountSid: settings.TWILIO_SID!,
      authToken: settings.TWILIO_AUTH!,
      from: settings.TWILIO_FROM!,
      publicOrigin: settings.PUBLIC_ORIGIN!,
      webhooks: 'hold',
      pace: { sentMs: 0, deliveredMs: 0 },
    });
    simulators.push(simulator);
    response.end(JSON.stringify({ origin: simulator.origin }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  project.provide('twilioPort', address.port);
  return async () => {
    await Promise.all(simulators.map((simulator) => simulator.close()));
    await new Promise((resolve) => server.close(resolve));
  };
}
