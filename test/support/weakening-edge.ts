import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

/** A proxy as Cloudflare's edge is one: what passes it, and where it listens. */
export interface WeakeningEdge {
  origin: string;
  /** Every answer that passed: `GET /settings 200`. */
  passed: string[];
  close(): Promise<void>;
}

/**
 * Starts an edge that compresses every text and so makes every strong ETag weak (developers.cloudflare.com/cache/reference/
 * etag-headers), also where `no-transform` forbids it.
 */
export async function startWeakeningEdge(target: string): Promise<WeakeningEdge> {
  const passed: string[] = [];
  const server = createServer((asked, answer) => {
    const { method, url, headers } = asked;
    const further = request(
      new URL(url ?? '/', target),
      { method, headers: { ...headers, 'accept-encoding': 'identity' } },
      async (told) => {
        const body = gzipSync(Buffer.concat(await told.toArray()));
        const { etag, 'content-length': _length, 'transfer-encoding': _coding, ...rest } = told.headers;
        passed.push(`${method} ${url} ${told.statusCode}`);
        answer.writeHead(told.statusCode ?? 502, {
          ...rest,
          ...(etag && { etag: etag.replace(/^(?!W\/)/, 'W/') }),
          'content-encoding': 'gzip',
          'content-length': body.length,
        });
        answer.end(body);
      },
    );
    further.on('error', () => answer.destroy());
    asked.pipe(further);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
