/** Prints a thread as it goes on: `npm run -s example:live-thread -- <origin> <token> <threadId>`. See docs/client.md. */
import { catchUpWith, createApi, mayRetryWith } from '../../src/client/api.ts';
import { Live } from '../../src/client/live.ts';

const [origin = '', bearer = '', threadId = ''] = process.argv.slice(2);
const token = () => bearer;
const api = createApi({ origin, token });

const live = new Live({
  url: `${origin.replace(/^http/, 'ws')}/api/presence/socket`,
  token,
  catchUp: catchUpWith(api),
  mayRetry: mayRetryWith(api),
  onFrame: (frame) => {
    if (frame.type === 'presence') console.log(`${frame.userId} is ${frame.state}`);
  },
  onStatus: ({ state }) => console.error(state),
});

const { messages } = await api('GET /api/threads/{id}/messages', {
  params: { id: threadId },
  query: { limit: 1 },
});
live.follow(threadId, messages[0]?.seq ?? 0, ({ authorName, body }) => console.log(`${authorName}: ${body}`));

await api('POST /api/threads/{id}/messages', {
  params: { id: threadId },
  body: { body: 'Hello from the client' },
});
