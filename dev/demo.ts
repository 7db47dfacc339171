import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DEMO_PEOPLE, DEMO_THREADS } from './demo-family.ts';
import { pressLink } from './press-link.ts';
import { type Stack, startStack } from './stack/stack.ts';
import { firstLine, StackError } from './stack/stack-error.ts';

const { rosa, maya } = DEMO_PEOPLE;
const THREAD = DEMO_THREADS.dinner;
const QUESTION = 'Are you coming for dinner on Sunday?';
const WAIT_MS = 15_000;

/** A row of somebody's delivery log, as far as it is told here. */
interface Delivery {
  messageId: string;
  status: string;
  reason: string | null;
  explanation: string;
}

const say = (text = '') => console.log(text);
const step = (title: string) => say(`\n── ${title}`);

/** Says that something is so; ends the demo when it is not. */
function prove(what: string, holds: boolean): void {
  if (!holds) throw new Error(`It is not so that ${what}`);
  say(`   ✓ ${what}`);
}

/** A text as it looks on a phone. */
function bubble(text: string): string {
  const lines = text.match(/.{1,64}(?=\s|$)\s?/g) ?? [text];
  const rows = lines.map((line) => `   │ ${line.trim().padEnd(64)} │`);
  return [`   ╭${'─'.repeat(66)}╮`, ...rows, `   ╰${'─'.repeat(66)}╯`].join('\n');
}

async function tell(stack: Stack): Promise<void> {
  const { host, simulator, origin, publicOrigin } = stack;
  if (!host || !simulator) throw new Error('The demo needs its own simulator and secret');
  const post = async (body: string) => {
    const route = `/api/threads/${THREAD.id}/messages`;
    const { message } = await host.as(rosa)<{ message: { id: string } }>('POST', route, { body });
    return message.id;
  };
  const textsToMaya = () => simulator.messages({ phone: maya.phone, direction: 'outbound' });

  step(`${rosa.name} writes into “${THREAD.title}”`);
  say(`   “${QUESTION}”`);
  const question = await post(QUESTION);
  const text = await simulator.waitForMessage({ phone: maya.phone, after: 0, contains: rosa.name }, WAIT_MS);

  step(`${maya.name}'s phone, ${maya.phone}`);
  say(bubble(text.body));
  prove(`it is one segment (${text.encoding})`, text.segments === 1);

  step('Who was told, and who was not');
  const { deliveries } = await host.as(rosa)<{ deliveries: { name: string; explanation: string }[] }>(
    'GET',
    `/api/threads/${THREAD.id}/messages/${question}/deliveries`,
  );
  for (const { name, explanation } of deliveries) say(`   ${name.padEnd(12)} ${explanation}`);
  prove('everybody else of the thread is accounted for', deliveries.length === THREAD.members.length - 1);
  prove('nobody else got a text', simulator.messages({ direction: 'outbound' }).length === 1);

  step(`${maya.name} taps the link`);
  const link = /https?:\/\/\S+\/l\/\w+/.exec(text.body)?.[0];
  if (!link) throw new Error('There is no link in the text');
  const { setCookie, location } = await pressLink(link, origin, publicOrigin);
  const cookie = setCookie.map((each) => each.split(';', 1)[0]).join('; ');
  say(`   ${link}\n   → a page with a button → ${location}`);
  const thread = await fetch(new URL(location, origin), { headers: { Cookie: cookie, Accept: 'text/html' } });
  prove('it signed her in and shows the thread', (await thread.text()).includes(QUESTION));
  const again = await pressLink(link, origin, publicOrigin).catch((error: Error) => error);
  prove('the link signs nobody in a second time', again instanceof Error);

  step(`${maya.name} answers STOP`);
  const earlier = textsToMaya().length;
  await simulator.sendFromPhone(maya.phone, 'STOP');
  await simulator.idle();
  for (const { body, writtenBy } of textsToMaya().slice(earlier)) {
    say(`   the answer, by ${writtenBy === 'twilio' ? 'Twilio' : 'us'}:\n${bubble(body)}`);
  }
  const before = textsToMaya().length;

  step(`${rosa.name} writes again`);
  const second = await post('I am making lasagna.');
  const log = await host.as(maya)<{ deliveries: Delivery[] }>('GET', '/api/deliveries');
  const row = log.deliveries.find(({ messageId }) => messageId === second);
  await simulator.idle();
  prove(`nothing was sent to ${maya.name}`, textsToMaya().length === before);
  prove(`her log says why: ${row?.status}, ${row?.reason}`, row?.reason === 'opted_out');
  say(`     “${row?.explanation}”`);
}

const state = await mkdtemp(path.join(tmpdir(), 'fcs-demo-'));
const logged: string[] = [];
let stack: Stack | null = null;
try {
  const env = { PORT: '0', SIMULATOR_PORT: '0', STATE_DIR: state };
  stack = await startStack({ env, devVars: false, log: ({ message }) => logged.push(message) });
  say(`A family, a phone simulator and the service are up on ${stack.origin}.`);
  await tell(stack);
  say('\nAll of it is so.');
} catch (error) {
  console.error(`\n   ✗ ${error instanceof StackError ? error.message : firstLine(error)}`);
  if (logged.length > 0) console.error(`   The service logged:\n${logged.slice(-20).join('\n')}`);
  process.exitCode = 1;
} finally {
  await stack?.close();
  await rm(state, { recursive: true, force: true });
}
