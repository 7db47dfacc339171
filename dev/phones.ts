import { JournalError } from './simulator/journal.ts';
import { createSimulator } from './simulator/simulator.ts';
import { claimPort } from './stack/ports.ts';
import { StackError } from './stack/stack-error.ts';

/** The simulator alone, for somebody else's application or CI: see docs/simulator.md. */
const { env } = process;

function portFrom(text: string | undefined): number {
  const port = Number(text ?? 8788);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new StackError('SIMULATOR_PORT should be a whole number from 0 to 65535');
}

try {
  const simulator = await createSimulator({
    port: await claimPort(portFrom(env.SIMULATOR_PORT), 'SIMULATOR_PORT'),
    accountSid: env.TWILIO_SID || undefined,
    authToken: env.TWILIO_AUTH || undefined,
    keySid: env.TWILIO_KEY_SID || undefined,
    keySecret: env.TWILIO_KEY_SECRET || undefined,
    from: env.TWILIO_FROM?.split(',').map((number) => number.trim()),
    messagingServiceSid: env.TWILIO_MESSAGING_SERVICE_SID || undefined,
    publicOrigin: env.PUBLIC_ORIGIN || undefined,
    inboundUrl: env.INBOUND_URL || undefined,
    inboundFallbackUrl: env.INBOUND_FALLBACK_URL || undefined,
    journal: env.JOURNAL || undefined,
    brand: env.BRAND_NAME || undefined,
  });
  const { accountSid, authToken, from, inboundUrl } = simulator.settings();
  console.log(`  Phones and Twilio's API   ${simulator.origin}`);
  console.log(`  Account, auth token       ${accountSid} ${authToken}`);
  console.log(`  Its numbers               ${from.join(', ')}`);
  console.log(`  Inbound texts go to       ${inboundUrl}`);
  console.log('Ready');
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void simulator.close().then(() => process.exit(0)));
  }
} catch (error) {
  const known = error instanceof StackError || error instanceof JournalError;
  console.error(known ? `Cannot start: ${error.message}` : error);
  process.exit(1);
}
