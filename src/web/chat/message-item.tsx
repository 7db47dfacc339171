import type { MessageJson } from '../../chat/message.ts';
import type { Told } from '../../notifications/operate/delivery-log.ts';
import { Avatar } from '../avatar.tsx';
import { timeOfDay } from '../clock.ts';
import { Icon } from '../icons.tsx';
import type { PersonView } from '../people.ts';
import type { Break } from './breaks.ts';
import { linkPieces } from './links.ts';
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
  told: Told[];
  zone: string;
}

/** One message, with the heading of its day where one begins. */
export function MessageItem(view: MessageView) {
  const { message, author, own, before, seenBy, told, zone } = view;
  const classes = ['msg', own && 'own', before.follows && 'follows', message.urgent && 'urgent'];
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
          <p class={own || before.follows ? 'who unseen' : `who p${author.colour}`}>
            {own ? 'You' : author.name}
          </p>
          {message.urgent && (
            <p class="urgent-tag">
              <Icon name="urgent" />
              Urgent
            </p>
          )}
          {message.body !== '' && <Words body={message.body} />}
          <Files fileIds={message.fileIds} />
          <p class="when">
            {message.via === 'sms' && 'by text · '}
            <time datetime={message.createdAt}>{timeOfDay(Date.parse(message.createdAt), zone)}</time>
          </p>
        </div>
        {own && <ToldLine told={told} />}
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

function Words({ body }: { body: string }) {
  return (
    <p class="text" dir="auto">
      {linkPieces(body).map(({ text, href }) =>
        href ? (
          <a href={href} rel="noopener noreferrer nofollow" target="_blank">
            {text}
          </a>
        ) : (
          text
        ),
      )}
    </p>
  );
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

function ToldLine({ told }: { told: Told[] }) {
  const summary = summarizeTold(told);
  if (!summary) return null;
  return (
    <details class="told" data-open={summary.open ?? undefined}>
      <summary>{summary.words}</summary>
      <ul class="plain told-list">
        {told.map(({ name, explanation }) => (
          <li>
            <b>{name}</b> {explanation}
          </li>
        ))}
      </ul>
    </details>
  );
}
