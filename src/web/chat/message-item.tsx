import type { MessageJson } from '../../chat/message.ts';
import type { RecipientOutcome } from '../../notifications/operate/delivery-log.ts';
import { withoutBidiControls } from '../../platform/characters.ts';
import { timeOfDay, type WallClock } from '../clock.ts';
import { Icon } from '../icons.tsx';
import { Avatar, Names, type PersonView } from '../people.tsx';
import { AmendForm, type Amending, OwnMenu, TakenBack, TakenBackTruth } from './amended.tsx';
import type { Break } from './breaks.ts';
import { Marked } from './marked.tsx';
import { messagePieces, type Piece } from './pieces.ts';
import { summarizeTold } from './told.ts';

/** A message and everything that is shown with it. */
export interface MessageView {
  message: MessageJson;
  author: PersonView;
  own: boolean;
  before: Break;
  /** Who has read up to here and no further. */
  seenBy: PersonView[];
  /** Own messages alone. */
  told: RecipientOutcome[];
  clock: WallClock;
  /** Of the conversation. */
  path: string;
  /** Set when this message is being changed by a plain form. */
  amending?: Amending | undefined;
  /** Words that were looked for. */
  marked?: readonly string[] | undefined;
}

/** One message, with the heading of its day where one begins. */
export function MessageItem(view: MessageView) {
  const { message, author, own, before, seenBy, told, clock, path } = view;
  const isGone = message.deletedAt !== null;
  const amending = own && !isGone ? view.amending : undefined;
  const classes = ['msg', own && 'own', before.follows && 'follows', message.urgent && !isGone && 'urgent'];
  return (
    <>
      {before.day && (
        <li class="day">
          <h2>{before.day}</h2>
        </li>
      )}
      {before.unread && (
        <li class="fresh" id="new">
          <span>New</span>
        </li>
      )}
      <li
        class={classes.filter(Boolean).join(' ')}
        id={`m-${message.seq}`}
        data-seq={message.seq}
        data-id={message.id}
        data-author={message.authorId}
      >
        {!own && <Avatar person={author} />}
        <div class="bubble">
          {!isGone && (
            <p class={own || before.follows ? 'who unseen' : `who p${author.colour}`}>
              {own ? 'You' : <bdi>{author.name}</bdi>}
            </p>
          )}
          {message.urgent && !isGone && (
            <p class="urgent-tag">
              <Icon name="urgent" />
              Urgent
            </p>
          )}
          {isGone && <TakenBack author={author} own={own} />}
          {message.body !== '' && amending?.how !== 'edit' && (
            <Words body={message.body} marked={view.marked ?? []} />
          )}
          {amending && <AmendForm message={message} path={path} amending={amending} />}
          <Files fileIds={message.fileIds} />
          <p class="when">
            {message.via === 'sms' && 'by text · '}
            {message.editedAt !== null && !isGone && 'edited · '}
            <time datetime={message.createdAt}>{timeOfDay(Date.parse(message.createdAt), clock)}</time>
          </p>
        </div>
        {own && !isGone && !amending && <OwnMenu message={message} path={path} />}
        {own && (isGone ? <TakenBackTruth told={told} clock={clock} /> : <OutcomeLine told={told} />)}
        <p class="seen">
          {seenBy.map((person) => (
            <span class="seen-by" data-seen-by={person.id} title={`Seen by ${person.name}`}>
              <Avatar person={person} small />
              <span class="unseen">Seen by {person.name}. </span>
            </span>
          ))}
        </p>
      </li>
    </>
  );
}

function Words({ body, marked }: { body: string; marked: readonly string[] }) {
  const pieces = messagePieces(body);
  const words = pieces.map((piece) => pieceView(piece, marked));
  return pieces.some(({ kind }) => kind === 'block') ? (
    <div class="text" dir="auto">
      {words}
    </div>
  ) : (
    <p class="text" dir="auto">
      {words}
    </p>
  );
}

function pieceView(piece: Piece, marked: readonly string[]) {
  switch (piece.kind) {
    case 'words':
      return <Marked text={piece.text} words={marked} />;
    case 'code':
      return <code>{piece.text}</code>;
    case 'block':
      return (
        <pre>
          <code>{piece.text}</code>
        </pre>
      );
    case 'link': {
      const target = /^http/i.test(piece.href) ? '_blank' : undefined;
      return (
        <a href={piece.href} rel="noopener noreferrer nofollow" target={target} dir="ltr">
          {piece.text}
        </a>
      );
    }
  }
}

/** Files are the host application's: here they have a name only. */
function Files({ fileIds }: { fileIds: string[] }) {
  if (fileIds.length === 0) return null;
  return (
    <ul class="files plain">
      {fileIds.map((id) => (
        <li>
          <Icon name="file" />
          <span>
            <span class="unseen">Attachment </span>
            {id}
          </span>
        </li>
      ))}
    </ul>
  );
}

function OutcomeLine({ told }: { told: RecipientOutcome[] }) {
  const summary = summarizeTold(told.map((entry) => ({ ...entry, name: withoutBidiControls(entry.name) })));
  if (!summary) return null;
  return (
    <details class="told" data-open={summary.open ?? undefined}>
      <summary>
        {summary.parts.map(({ before, names, after }, i) => (
          <>
            {i > 0 && ' · '}
            {before}
            <Names names={names} />
            {after}
          </>
        ))}
      </summary>
      <ul class="plain told-list">
        {told.map(({ name, explanation }) => (
          <li>
            <b>
              <bdi>{withoutBidiControls(name)}</bdi>
            </b>{' '}
            {explanation}
          </li>
        ))}
      </ul>
    </details>
  );
}
