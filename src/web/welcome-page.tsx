/** `/` for someone who is not signed in. */
export function WelcomePage({ brand }: { brand: string }) {
  return (
    <main id="main" class="page wide welcome" tabindex={-1}>
      <div class="hero">
        <div>
          <h1>Step away. One text brings you back.</h1>
          <p class="say">
            {brand} is where your family talks. When something is said while you are gone, you get a single
            text that takes you straight to it, and none while you are here.
          </p>
          <div class="row">
            <a class="button go" href="/login">
              Sign in with your phone number
            </a>
            <a class="button" href="/help">
              How it works
            </a>
          </div>
        </div>
        <HeroCircle brand={brand} />
      </div>
      <div class="steps">
        <section>
          <h2>Only when you are away</h2>
          <p>No text while the conversation is open in front of you, or once you have read the message.</p>
        </section>
        <section>
          <h2>One, not twenty</h2>
          <p>
            Several missed messages become one text. In your quiet hours, and about what you have muted, none
            comes, but an urgent one if you allow it.
          </p>
        </section>
        <section>
          <h2>Never without your yes</h2>
          <p>Texts start when you agree and end when you reply STOP. You can read why each one was sent.</p>
        </section>
      </div>
    </main>
  );
}

/** Five seats around a circle; the one who has gone gets the text. */
function HeroCircle({ brand }: { brand: string }) {
  return (
    <div class="hero-art" aria-hidden="true">
      <svg viewBox="0 0 240 240" width="240" height="240" aria-hidden="true">
        <circle class="orbit" cx="120" cy="120" r="88" />
        <circle class="p0" cx="120" cy="32" r="23" />
        <circle class="p7" cx="203.7" cy="92.8" r="23" />
        <circle class="p4" cx="171.7" cy="191.2" r="23" />
        <circle class="gap" cx="68.3" cy="191.2" r="22" />
        <circle class="p2" cx="36.3" cy="92.8" r="23" />
        <g class="initials" text-anchor="middle">
          <text x="120" y="39">
            R
          </text>
          <text x="203.7" y="99.8">
            B
          </text>
          <text x="171.7" y="198.2">
            L
          </text>
          <text x="36.3" y="99.8">
            A
          </text>
        </g>
      </svg>
      <p class="sms">{brand}: Grandma Rosa: “Are you coming for dinner on Sunday?”</p>
    </div>
  );
}
