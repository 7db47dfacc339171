import type { Carrier } from '../carrier.ts';
import {
  FAULT_LEVELS,
  FAULT_SWITCHES,
  type FaultSwitch,
  faultSummary,
  faultValues,
  LATENCIES,
  NEXT_CHOICES,
  OPT_OUT_CHOICES,
} from './fault-form.ts';
import { type Html, html } from './html.ts';

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
  return html`<details class="panel">
    <summary><span class="title">Make Twilio misbehave</span> <span class="summary" role="status">${faultSummary(carrier)}</span></summary>
    <form class="faults" method="post" action="/simulator/faults" data-live data-auto>
      <div class="switches">${FAULT_SWITCHES.map((each) => faultSwitch(each, values[each.name]))}</div>
      <div class="selects">
        <label>Twilio answers <select name="latencyMs">${options(LATENCIES, values.latencyMs)}</select></label>
        <label>STOP, START and HELP are handled by <select name="optOuts">${options(OPT_OUT_CHOICES, values.optOuts)}</select></label>
      </div>
      <noscript><button class="button">Apply</button></noscript>
    </form>
    <div class="actions">
      <form method="post" action="/simulator/faults/next" data-live><label>Only the next text: <select name="fault">${options(NEXT_CHOICES)}</select></label> <button class="plain">Do it once</button></form>
      <form method="post" action="/simulator/faults/reset" data-live><button class="plain">All well again</button></form>
      <form method="post" action="/simulator/clear" data-live><button class="plain">Clear all texts</button></form>
    </div>
  </details>`;
}
