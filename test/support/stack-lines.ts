import { SourceMap, type SourceMapPayload } from 'node:module';
import type { Vite } from 'vitest/node';

/** The position of a stack frame, from 1. */
interface Frame {
  file: string;
  line: number;
  column: number;
}

function sourceMapOf(server: Vite.ViteDevServer, file: string): SourceMap | null {
  for (const { moduleGraph } of Object.values(server.environments)) {
    const map = moduleGraph.getModuleById(file)?.transformResult?.map;
    if (map && 'version' in map) return new SourceMap(map as unknown as SourceMapPayload);
  }
  return null;
}

/**
 * Maps stack frames of tests in the Workers runtime back to the source. Vitest 5 leaves that to the process that runs
 * the code, and @cloudflare/vitest-plugin 1.5.0 does not do it yet. Remove this once a failing worker test names its
 * own line without it.
 */
export function workerStackLines(): Vite.Plugin {
  let server: Vite.ViteDevServer | null = null;
  const mapFrame = (_: unknown, frame: Frame) => {
    const map = server && sourceMapOf(server, frame.file);
    const entry = map?.findEntry(frame.line - 1, frame.column - 1);
    if (entry && 'originalLine' in entry) {
      frame.line = entry.originalLine + 1;
      frame.column = entry.originalColumn + 1;
    }
  };
  return {
    name: 'worker-stack-lines',
    config: () => ({ test: { onStackTrace: mapFrame } }),
    configureServer(created) {
      server = created;
    },
  };
}
