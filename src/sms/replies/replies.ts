import { postMessage } from '../../chat/post-message.ts';
import type { Config } from '../../platform/config.ts';
import type { Deps } from '../../platform/deps.ts';
import { AppError } from '../../platform/errors.ts';
import { ownNumbers } from '../../platform/sms/senders.ts';
import { reachedNobody, whichThread } from './reply-answers.ts';
import { decideReply } from './reply-decision.ts';
import {
  clientKeyOf,
  forgetWords,
  hold,
  replyFacts,
  takeChoice,
  titlesOf,
  type Writer,
  writerOf,
} from './reply-store.ts';
import { isEcho, replyWords } from './reply-words.ts';

/** A text that is no keyword. */
export interface InboundReply {
  messageSid: string;
  /** Who wrote: E.164, and its keyed hash. */
  from: string;
  numberHash: string;
  body: string;
  /** What came along: content types, empty when unknown. */
  media: string[];
}

/**
 * Posts a text as its author's message, once per MessageSid.
 * @returns whether it is posted; false when the person has left the thread or the family
 * @throws AppError other errors of {@link postMessage}
 */
async function post(
  deps: Deps,
  { userId, familyId }: Writer,
  reply: { messageSid: string; threadId: string; words: string },
): Promise<boolean> {
  const caller = { userId, familyId, sessionId: null, via: 'host', expiresAt: null } as const;
  try {
    await postMessage(deps, caller, {
      threadId: reply.threadId,
      body: reply.words,
      fileIds: [],
      urgent: false,
      via: 'sms',
      clientKey: clientKeyOf(reply.messageSid),
    });
    return true;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'idempotency_conflict') return true; // An earlier call posted it to another thread.
    if (error.code === 'thread_not_found' || error.code === 'unauthenticated') return false;
    throw error;
  }
}

/** Where our addresses begin. */
export const originsOf = (config: Pick<Config, 'PUBLIC_ORIGIN' | 'LINK_ALTERNATE_ORIGIN'>): string[] =>
  [config.PUBLIC_ORIGIN, config.LINK_ALTERNATE_ORIGIN].filter((origin) => origin !== undefined);

/**
 * Posts a text as a message of the thread it replies to (`SMS_REPLIES`), or asks which thread is meant. Called
 * again when Twilio repeats a text whose first call did not complete: writes are keyed by the MessageSid, and a
 * repeat decides as the first call did.
 * @returns the text of the answer; null for none
 * @throws when a database fails
 */
export async function takeReply(deps: Deps, reply: InboundReply): Promise<string | null> {
  const { config } = deps;
  const { messageSid, from, body } = reply;
  const brand = config.BRAND_NAME;
  const done = (does: string, why?: string) =>
    deps.log.info('inbound.reply', { messageSid, does, ...(why ? { why } : {}) });
  if (ownNumbers(config).includes(from) || isEcho(body, brand)) {
    done('nothing', 'our own text');
    return null;
  }
  const origins = originsOf(config);
  const words = replyWords(reply, { brand, origins });
  const writer = await writerOf(deps, reply.numberHash, messageSid);
  if (words === '' || !writer) {
    done('nothing', writer ? 'no words' : 'not a member');
    return null;
  }
  const nobody = reachedNobody({ brand, address: `${config.PUBLIC_ORIGIN}/messages` });
  const decision = decideReply(await replyFacts(deps, writer, { messageSid, from, body, words }), deps.now());
  done(decision.does, decision.does === 'nothing' ? decision.why : undefined);
  switch (decision.does) {
    case 'nothing':
      return null;
    case 'answer_nobody':
      return nobody;
    case 'post': {
      const { threadId } = decision;
      return (await post(deps, writer, { messageSid, threadId, words })) || !writer.mayAnswer ? null : nobody;
    }
    case 'choose': {
      const chosen = await takeChoice(deps, writer, { ...decision, messageSid });
      let there = true;
      for (const held of chosen) {
        there = (await post(deps, writer, { ...held, threadId: decision.threadId })) && there;
      }
      await forgetWords(deps, writer, messageSid);
      return there || !writer.mayAnswer ? null : nobody;
    }
    case 'hold': {
      const { threads, ask } = decision;
      const choices = threads.map(({ threadId }) => threadId);
      await hold(deps, writer, { messageSid, words, choices });
      return ask ? whichThread({ brand, titles: threads.map(({ title }) => title) }) : null;
    }
    case 'ask': {
      const titles = await titlesOf(deps.db.forFamily(writer.familyId), decision.choices);
      return whichThread({ brand, titles });
    }
  }
}
