import type { Carrier } from '../carrier.ts';
import { listCards } from './cards.ts';
import {
  FAULT_LEVELS,
  FAULT_SWITCHES,
  type FaultSwitch,
  faultSummary,
  faultValues,
  LATENCIES,
  LIST_DELAYS,
  NEXT_CHOICES,
  OPT_OUT_CHOICES,
  RETRY_AFTERS,
  SENDER_QUEUES,
  SENDER_RATES,
} from './fault-form.ts';
import { type Html, html } from './html.ts';
import { TEXT_OUTCOMES } from './outcomes.ts';

type Choice = { value: string; label: string };

function options(choices: readonly Choice[], chosen?: string): Html[] {
  return choices.map(
    ({ value, label }) =>
      html`<option value="${value}"${value === chosen && html` selected`}>${label}</option>`,
  );
}

function faultSwitch({ name, label, hint }: FaultSwitch, chosen: string | undefined): Html {
  return html`<fieldset class="switch"><legend>${label} <small>${hint}</small></legend><div class="levels">${FAULT_LEVELS.map(
    (level) =>
      html`<label><input type="radio" name="${name}" value="${level.value}"${level.value === chosen && html` checked`}><span>${level.label}</span></label>`,
  )}</div></fieldset>`;
}

/** The panel in which Twilio can be made to misbehave. */
export function faultPanel(carrier: Carrier): Html {
  const values = faultValues(carrier);
  const phones = listCards(carrier).map(({ phone, name }) => ({ value: phone ?? '', label: name }));
  const anyPhone = [{ value: '', label: 'any phone' }, ...phones.filter(({ value }) => value !== '')];
  const select = (name: string, choices: readonly Choice[]): Html =>
    html`<select name="${name}">${options(choices, values[name])}</select>`;
  return html`<details class="panel">
    <summary><span class="title">Make Twilio misbehave</span> <span class="summary" role="status">${faultSummary(carrier)}</span></summary>
    <form class="faults" method="post" action="/simulator/faults" data-live data-auto>
      <div class="switches">${FAULT_SWITCHES.map((each) => faultSwitch(each, values[each.name]))}</div>
      <div class="selects">
        <label>Twilio answers ${select('latencyMs', LATENCIES)}</label>
        <label>lists a text ${select('listDelaySeconds', LIST_DELAYS)}</label>
        <label>asks to come back after a 429 ${select('retryAfterSeconds', RETRY_AFTERS)}</label>
        <label>A text that fails ${select('ending', TEXT_OUTCOMES)}</label>
        <label>A sender hands on ${select('senderPerSecond', SENDER_RATES)}</label>
        <label>and lets wait ${select('senderQueueSeconds', SENDER_QUEUES)}</label>
        <label>STOP, START and HELP are handled by ${select('optOuts', OPT_OUT_CHOICES)}</label>
      </div>
      <noscript><button class="button">Apply</button></noscript>
    </form>
    <div class="actions">
      <form method="post" action="/simulator/faults/next" data-live><label>The next text to <select name="to">${options(anyPhone)}</select></label> <label><span class="unseen">What happens to it</span><select name="fault">${options(NEXT_CHOICES)}</select></label> <button class="plain">Do it once</button></form>
      <form method="post" action="/simulator/faults/reset" data-live><button class="plain">All well again</button></form>
      <form method="post" action="/simulator/clear" data-live><button class="plain">Clear all texts</button></form>
    </div>
  </details>`;
}
