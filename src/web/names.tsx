import { listNames } from './people.ts';

/** Names in a sentence, each apart from the direction in which the others and the sentence are written. */
export function Names({ names }: { names: readonly string[] }) {
  return <>{listNames(names).map(({ text, isName }) => (isName ? <bdi>{text}</bdi> : text))}</>;
}
