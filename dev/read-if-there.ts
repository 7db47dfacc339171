import { readFile } from 'node:fs/promises';
import { firstLine, StackError } from './stack/stack-error.ts';

/** The text of a file; null when there is none. @throws StackError for one that is there and cannot be read */
export async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new StackError(`${file} cannot be read: ${firstLine(error)}`, error);
  }
}
