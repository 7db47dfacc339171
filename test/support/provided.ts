import 'vitest';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Port of the server on 127.0.0.1 that starts simulated Twilios: one a test file. */
    twilioPort: number;
  }
}
