/** The service gave no answer that can be used: no connection, too long a silence, or an answer that broke off. */
export class Unreached extends Error {}

/** What people are told then. */
export const UNREACHED_WORDS = 'We could not reach the service. Check your connection and try again.';

/** Asks the service for something, and reads what it answers. @throws Unreached */
export async function reach<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    throw new Unreached('The service gave no answer', { cause });
  }
}

/** What was asked for, or null where the service could not be reached, which the caller makes good. Any other fault is thrown. */
export async function ifReached<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Unreached) return null;
    throw error;
  }
}

/** An answer's JSON object; an empty one where it is none of ours, such as a proxy's page, or breaks off. */
export async function readAnswer(response: Response): Promise<Record<string, unknown>> {
  const text = await ifReached(reach(() => response.text()));
  try {
    const answer: unknown = JSON.parse(text ?? '');
    return typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** What a refusal says to people. @param otherwise for an answer that is none of ours */
export async function readRefusal(response: Response, otherwise: string): Promise<string> {
  const { message } = await readAnswer(response);
  return message === undefined ? otherwise : String(message);
}
