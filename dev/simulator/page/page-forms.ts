import { type Carrier, setNumber } from '../carrier.ts';
import { HttpError } from '../http.ts';
import { sendFromPhone } from '../inbound.ts';
import { clearMessages } from '../reset.ts';
import { applyFaultForm, applyNextForm } from './fault-form.ts';
import { cardId } from './format.ts';
import { RECEPTIONS } from './reception.ts';

/** Applies a form of the page; where the browser goes on, if it does not have a script that stays. */
export async function applyForm(carrier: Carrier, path: string, form: URLSearchParams): Promise<string> {
  const phone = form.get('phone') ?? '';
  switch (path) {
    case '/simulator/reply': {
      const body = form.get('body') ?? '';
      if (phone === '' || body === '') throw new HttpError(400, 'There is nothing to send.');
      await sendFromPhone(carrier, phone, body, { suggestion: form.get('suggestion') === '1' });
      return `/#${cardId(phone)}`;
    }
    case '/simulator/reception': {
      const reception = RECEPTIONS.find(({ key }) => key === form.get('reception'));
      if (phone === '' || !reception) throw new HttpError(400, 'There is no such reception.');
      const rcs = form.get('rcs') === '1' ? { rcs: true } : {};
      setNumber(carrier, phone, { ...reception.behaviour, ...rcs });
      return `/#${cardId(phone)}`;
    }
    case '/simulator/faults':
      applyFaultForm(carrier, form);
      return '/';
    case '/simulator/faults/next':
      applyNextForm(carrier, form);
      return '/';
    case '/simulator/faults/reset':
      carrier.faults.reset();
      carrier.events.emit({ type: 'settings' });
      return '/';
    case '/simulator/clear':
      clearMessages(carrier);
      return '/';
    default:
      throw new HttpError(404, `There is no ${path}.`);
  }
}
