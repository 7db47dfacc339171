import type { Service } from './service.ts';

/** Somebody who was not heard of for so long has left. */
const HERE_MS = 45_000;

/** Who has the chat open. Nobody who is here is texted. */
export class Presence {
  readonly #lastHeard = new Map<string, number>();

  /** Notes that somebody is here. @returns whether they were not before */
  heard(userId: string, now: number): boolean {
    const isNew = !this.present(now).includes(userId);
    this.#lastHeard.set(userId, now);
    return isNew;
  }

  /** Notes that somebody has closed the chat. */
  left(userId: string): void {
    this.#lastHeard.delete(userId);
  }

  /** Everybody who is here. */
  present(now: number): string[] {
    return [...this.#lastHeard].filter(([, at]) => now - at < HERE_MS).map(([userId]) => userId);
  }

  /** Tells the service who is here: all of them, in one call. */
  async report(service: Service, now: number): Promise<void> {
    await service.api('POST /api/admin/presence', { body: { present: this.present(now) } });
  }
}
