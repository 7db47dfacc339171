/** The three words that work in every text conversation with us. */
export function Keywords() {
  return (
    <dl class="keys">
      <div>
        <dt>STOP</dt>
        <dd>Ends all texts from us. You get one confirmation and nothing after it.</dd>
      </div>
      <div>
        <dt>HELP</dt>
        <dd>Tells you who we are and how to reach us.</dd>
      </div>
      <div>
        <dt>START</dt>
        <dd>Turns texts on again, if you once said STOP.</dd>
      </div>
    </dl>
  );
}

/** What our text looks like, so that nobody takes it for spam. */
export function SampleText({ brand }: { brand: string }) {
  return (
    <p class="sms">
      {brand}: Grandma Rosa: “Are you coming for dinner on Sunday?”{' '}
      <span class="soft">(link to the conversation)</span> Reply STOP to opt out
    </p>
  );
}
