import list from '../../dist/assets.json';

const paths: Record<string, string> = list;

/** The path of a file that browsers load, with its hash. @throws Error for one that was not built */
export function asset(name: string): string {
  const path = paths[name];
  if (!path) throw new Error(`No such asset: ${name}`);
  return path;
}
