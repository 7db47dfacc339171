import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONTROL_ROUTES } from '../../dev/simulator/control-api.ts';
import { NO_FAULTS } from '../../dev/simulator/faults.ts';
import { numberBehaviourSchema } from '../../dev/simulator/numbers.ts';
import { createSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import { type FakeApp, startFakeApp } from '../support/fake-app.ts';

const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/simulator.md'), 'utf8');

/** Every `curl` of the page, its lines joined. */
const samples = [...page.matchAll(/```sh\n([\s\S]*?)```/g)]
  .flatMap(([, block = '']) => block.replace(/\\\n\s*/g, '').split('\n'))
  .filter((line) => line.startsWith('curl '));

/** The words of a command line, with variables put in between double quotes. */
function wordsOf(line: string, variables: Readonly<Record<string, string>>): string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, bare]) =>
    double === undefined
      ? (single ?? bare ?? '')
      : double.replace(/\$(\w+)/g, (_whole, name: string) => variables[name] ?? ''),
  );
}

/** Does what curl would do with these options. */
async function curl([, ...words]: string[]): Promise<Response> {
  let [method, body, url] = ['', '', ''];
  const form = new URLSearchParams();
  const headers: Record<string, string> = {};
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const value = (): string => words.shift() ?? '';
    if (word === '-X') method = value();
    else if (word === '-u') headers.authorization = `Basic ${btoa(value())}`;
    else if (word === '-d') body = value();
    else if (word === '--data-urlencode') form.append(...(value().split(/=(.*)/s, 2) as [string, string]));
    else url = word;
  }
  const sent = form.size > 0 ? form : body || undefined;
  return await fetch(url, { method: method || (sent ? 'POST' : 'GET'), headers, body: sent });
}

describe('docs/simulator.md', () => {
  let app: FakeApp;
  let simulator: Simulator;
  beforeAll(async () => {
    app = await startFakeApp();
    simulator = await createSimulator({ publicOrigin: 'http://127.0.0.1:8787', appOrigin: app.origin });
  });
  afterAll(async () => {
    await simulator.close();
    await app.close();
  });

  it('names every route, fault, setting and peculiarity', () => {
    const names = [
      ...CONTROL_ROUTES.map((route) => route.replace(/:$/, '{phone}')),
      ...Object.keys(NO_FAULTS),
      ...Object.keys(simulator.settings()),
      ...Object.keys(numberBehaviourSchema.shape),
    ];
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it('has samples that work as they stand', async () => {
    const { accountSid, authToken } = simulator.settings();
    const variables = { SIM: simulator.origin, SID: accountSid, TOKEN: authToken };
    expect(samples.length).toBeGreaterThan(10);
    const answers: unknown[] = [];
    for (const sample of samples) {
      const answer = await curl(wordsOf(sample, variables));
      expect([sample, answer.ok]).toEqual([sample, true]);
      answers.push(await answer.json());
    }
    expect(answers[0]).toMatchObject({ to: '+12025550123', status: 'queued' });
    expect(answers[2]).toMatchObject({ message: { body: 'Dinner?' } });
    expect(app.received.map(({ path: at }) => at)).toContain('/api/sms/inbound');
    expect(simulator.isOptedOut('+12025550125')).toBe(true);
    expect(simulator.settings().optOuts).toBe('advanced');
  });
});
