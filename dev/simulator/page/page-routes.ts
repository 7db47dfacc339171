import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Carrier } from '../carrier.ts';
import { HttpError } from '../http.ts';
import type { SimulatorOptions } from '../options.ts';

/** The page of phones: everything that is neither Twilio's API nor the control API. */
export function createPageHandler(
  _carrier: Carrier,
  _options: SimulatorOptions,
): {
  handle: (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>;
  close: () => void;
} {
  return {
    handle: async (request) => {
      throw new HttpError(404, `There is no ${request.url}.`);
    },
    close: () => undefined,
  };
}
