/** What is measured: a running system that takes posts and has their texts sent by the bench's carrier. */
export interface Subject {
  name: string;
  /** The process whose tree is the system. */
  pid: number;
  /** How many posts may be made, each in another family; the next begins anew. */
  families: number;
  /** One post in a family of four: three texts. @throws Error when it is refused */
  post(n: number): Promise<void>;
  /** The numbers that a post is told to. */
  phonesOf(n: number): readonly string[];
  /** An inbound STOP, each from another phone. */
  stop(n: number): Promise<void>;
  /** A presence socket, four a family. Resolves when it is open. */
  openSocket(n: number): Promise<WebSocket>;
  close(): Promise<void>;
}

/** People of a family; one of them posts. */
export const FAMILY_SIZE = 4;

/** Resolves when a socket is open. @throws Error when it does not come to that */
export function opened(socket: WebSocket): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve(socket));
    socket.addEventListener('error', () => reject(new Error(`A socket did not open: ${socket.url}`)));
  });
}
