import { describe, expect, it } from 'vitest';
import { ApiError, type ApiOptions, catchUpWith, createApi, mayRetryWith } from '../../src/client/api.ts';

/** A client whose service answers from a script; `asked` are the requests it saw. */
function against(...script: (Response | Error)[]) {
  const asked: Request[] = [];
  const fetch: ApiOptions['fetch'] = async (address, init) => {
    asked.push(new Request(address, init));
    const answer = script.shift();
    if (answer instanceof Response) return answer;
    throw answer ?? new Error('Asked too often');
  };
  return { api: createApi({ origin: 'https://portal.example.com', token: () => 'jwt', fetch }), asked };
}
const answer = (data: unknown, init?: ResponseInit) => Response.json(data, init);

describe('the client of the API', () => {
  it('fills path and query in, sends JSON and the token', async () => {
    const { api, asked } = against(
      answer({ messages: [], next: null }),
      answer({ message: {} }, { status: 201 }),
    );
    await api('GET /api/threads/{id}/messages', {
      params: { id: 'a/b?c' },
      query: { after: 7, limit: undefined },
    });
    await api('POST /api/threads/{id}/messages', {
      params: { id: 'thr' },
      body: { body: 'Hi' },
      headers: { 'Idempotency-Key': 'k1' },
    });
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET https://portal.example.com/api/threads/a%2Fb%3Fc/messages?after=7',
      'POST https://portal.example.com/api/threads/thr/messages',
    ]);
    const posted = asked[1]!;
    expect(await posted.json()).toEqual({ body: 'Hi' });
    expect(Object.fromEntries(posted.headers)).toMatchObject({
      authorization: 'Bearer jwt',
      'content-type': 'application/json',
      'idempotency-key': 'k1',
    });
    expect(asked[0]!.headers.has('content-type')).toBe(false);
  });

  it('tells what the service refused, and how long to wait', async () => {
    const refusal = { error: 'rate_limited', message: 'Three urgent messages a day.' };
    const { api } = against(answer(refusal, { status: 429, headers: { 'Retry-After': '60' } }));
    const error = await api('GET /api/threads').catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      status: 429,
      code: 'rate_limited',
      message: refusal.message,
      retryAfterSeconds: 60,
    });
  });

  it('copes with an answer that is not ours', async () => {
    const { api } = against(new Response('<h1>Bad gateway</h1>', { status: 502 }));
    await expect(api('GET /api/threads')).rejects.toMatchObject({
      status: 502,
      code: 'unknown',
      retryAfterSeconds: null,
    });
  });

  it('catches up page by page', async () => {
    const { api, asked } = against(
      answer({ messages: [{ seq: 5 }, { seq: 6 }], next: '6' }),
      answer({ messages: [{ seq: 7 }], next: null }),
    );
    expect((await catchUpWith(api)('thr', 4)).map(({ seq }) => seq)).toEqual([5, 6, 7]);
    expect(asked.map(({ url }) => new URL(url).search)).toEqual(['?after=4', '?after=6']);
  });

  it('knows when a sign-in is over, and takes nothing else for it', async () => {
    const { api } = against(
      answer({ online: [] }),
      answer({}, { status: 401 }),
      answer({}, { status: 503 }),
      new Error(),
    );
    const mayRetry = mayRetryWith(api);
    expect([await mayRetry(), await mayRetry(), await mayRetry(), await mayRetry()]).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });
});
