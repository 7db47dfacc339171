import { type FrameCounters, newFrameCounters } from './frames.ts';
import { countBytes, newOutboundBytes, type OutboundBytes } from './outbound-bytes.ts';
import type { SocketIdentity } from './upgrade.ts';

/** State attached to a socket; survives hibernation. */
export interface Attachment extends SocketIdentity {
  id: string;
  openedAt: number;
  /** Time of the last frame; automatic pongs are not included, only the runtime knows them. */
  framedAt: number;
  counters: FrameCounters;
  outbound: OutboundBytes;
}

/** A socket and its attachment. */
export interface OpenSocket extends Attachment {
  ws: WebSocket;
  /** The last sign of life, ms UTC. */
  heardAt: number;
}

/** Codes of RFC 6455, section 7.4, and ours (4000-4999 are free for applications). */
export const CLOSE = { policy: 1008, tryAgain: 1013, goingAway: 1001, replaced: 4001 } as const;

/** The family's hibernating sockets. */
export class Sockets {
  readonly #ctx: DurableObjectState;
  /** What was read or written since the object woke: nobody else changes an attachment. */
  readonly #attachments = new WeakMap<WebSocket, Attachment>();

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx;
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'));
  }

  /** Accepts a socket; it is among {@link open} from now on. */
  accept(ws: WebSocket, id: string, identity: SocketIdentity, now: number): void {
    this.#ctx.acceptWebSocket(ws);
    const attachment: Attachment = {
      ...identity,
      id,
      openedAt: now,
      framedAt: now,
      counters: newFrameCounters(),
      outbound: newOutboundBytes(now),
    };
    this.#write(ws, attachment);
  }

  /** All sockets, including closing ones; the oldest first. */
  all(): OpenSocket[] {
    return this.#ctx
      .getWebSockets()
      .map((ws) => this.read(ws))
      .sort((a, b) => a.openedAt - b.openedAt);
  }

  /** All open sockets; the oldest first. */
  open(): OpenSocket[] {
    return this.all().filter(({ ws }) => ws.readyState === WebSocket.READY_STATE_OPEN);
  }

  /** Reads a socket's attachment. */
  read(ws: WebSocket): OpenSocket {
    const attachment = this.#attachments.get(ws) ?? (ws.deserializeAttachment() as Attachment);
    this.#attachments.set(ws, attachment);
    const ponged = this.#ctx.getWebSocketAutoResponseTimestamp(ws)?.getTime() ?? 0;
    return { ...attachment, ws, heardAt: Math.max(attachment.framedAt, ponged) };
  }

  /** Updates a socket's attachment. */
  update(socket: OpenSocket, change: Partial<Pick<Attachment, 'framedAt' | 'counters' | 'outbound'>>): void {
    const { ws, heardAt: _, ...attachment } = Object.assign(socket, change);
    this.#write(ws, attachment);
  }

  #write(ws: WebSocket, attachment: Attachment): void {
    this.#attachments.set(ws, attachment);
    ws.serializeAttachment(attachment);
  }

  /**
   * Sends a frame, unless the socket is closing.
   * @param text - the frame, as JSON
   * @param bytes - its length as UTF-8
   * @returns false when the client does not keep up and so was closed
   */
  send(socket: OpenSocket, text: string, bytes: number): boolean {
    if (socket.ws.readyState !== WebSocket.READY_STATE_OPEN) return true;
    const { outbound, slow } = countBytes(socket.outbound, bytes, socket.heardAt);
    if (slow) {
      this.close(socket, CLOSE.tryAgain, 'too slow; reconnect and ask for what you missed');
      return false;
    }
    this.update(socket, { outbound });
    socket.ws.send(text);
    return true;
  }

  /** Closes a socket from our side, or answers the client's close; codes that RFC 6455 reserves become 1000. */
  close(socket: OpenSocket, code: number, reason: string): void {
    const sendable = code >= 1000 && code < 5000 && ![1004, 1005, 1006, 1015].includes(code);
    socket.ws.close(sendable ? code : 1000, reason);
  }
}
