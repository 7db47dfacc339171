import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

/** `openapi.json` and the page that shows it, as they are served. */
export interface ApiDocs {
  json: string;
  page: string;
}

/** The types of the socket's frames, as the client declares them. */
async function frameTypes(root: string): Promise<string> {
  const source = await readFile(path.join(root, 'src/client/socket-frames.ts'), 'utf8');
  const types = source.match(/^\/\*\*[^\n]*\nexport (type|interface) [\s\S]*?\n(?=\n)/gm) ?? [];
  return types.join('\n').trim();
}

/**
 * Writes the description of the API from the definitions that run it. Done when building, so that it costs
 * the Worker nothing. Needs `dist/assets.json`, for the page's style.
 */
export async function writeApiDocs(root: string): Promise<ApiDocs> {
  const { outputFiles } = await build({
    entryPoints: ['src/docs.tsx'],
    absWorkingDir: root,
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    external: ['cloudflare:*'],
    logLevel: 'warning',
  });
  const code = Buffer.from(outputFiles[0]!.contents).toString('base64');
  const { apiDocument, apiPage } = await import(`data:text/javascript;base64,${code}`);
  const document = apiDocument();
  return {
    json: JSON.stringify(document),
    page: await apiPage(document, new Date().toISOString().slice(0, 10), await frameTypes(root)),
  };
}
