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

/**
 * What a file of JSON holds; null when there is none, or one that is torn, since the machine died while it was written.
 * @throws StackError for one that is there and cannot be read
 */
export async function readJsonIfThere<T>(file: string): Promise<T | null> {
  const text = await readIfThere(file);
  try {
    return text === null ? null : (JSON.parse(text) as T);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
