import twilio from 'twilio';
import type RequestClient from 'twilio/lib/base/RequestClient.js';
import type { Simulator } from '../../dev/simulator/simulator.ts';

/** The official SDK's HTTP client, sent to another host than api.twilio.com. */
class RedirectedClient extends twilio.RequestClient {
  readonly origin: string;
  constructor(origin: string) {
    super({ timeout: 5000 });
    this.origin = origin;
  }

  override request<T>(options: RequestClient.RequestOptions<T>) {
    const uri = options.uri.replace('https://api.twilio.com', this.origin);
    return super.request({ ...options, uri });
  }
}

/** The official `twilio` client, talking to a simulator as that account, or with other credentials. */
export function twilioSdk(
  simulator: Simulator,
  credentials?: { username: string; password: string },
): twilio.Twilio {
  const { accountSid, authToken } = simulator.settings();
  const { username, password } = credentials ?? { username: accountSid, password: authToken };
  return twilio(username, password, { accountSid, httpClient: new RedirectedClient(simulator.origin) });
}
