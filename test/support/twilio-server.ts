import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Port of the simulated Twilio on 127.0.0.1. */
    twilioPort: number;
  }
}

/** Starts the simulated Twilio that the tests in the Workers runtime talk to. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { createServer } = await import('node:http');
  const server = createServer((_, response) => response.writeHead(503).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The simulator has no port');
  project.provide('twilioPort', address.port);
  return () => new Promise((resolve) => server.close(() => resolve()));
}
