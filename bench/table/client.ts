import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';

/** Connections are kept, as those of a client or a proxy are. */
const agent = new Agent({ keepAlive: true });

/** Sends one request; cheaper for the machine than `fetch`. @throws Error for an answer of 300 and above */
export function send(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode = 0 } = response;
        if (statusCode < 300) resolve();
        else
          reject(
            new Error(`${url} answered ${statusCode}: ${Buffer.concat(chunks).toString().slice(0, 200)}`),
          );
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Does something for each number from 0, so many under way at once. @returns how long each took, ms */
export async function closedLoop(
  count: number,
  underWay: number,
  work: (n: number) => Promise<unknown>,
): Promise<number[]> {
  const times: number[] = [];
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const n = next++;
      const began = performance.now();
      await work(n);
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: underWay }, worker));
  return times;
}

/** Does something for each number from 0, so many a second, whether or not the one before has ended. */
export async function openLoop(
  count: number,
  aSecond: number,
  work: (n: number) => Promise<unknown>,
): Promise<void> {
  const began = performance.now();
  await Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const wait = began + (n * 1000) / aSecond - performance.now();
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, wait)));
      await work(n);
    }),
  );
}
