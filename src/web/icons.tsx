/** Line icons, 24 by 24, in the colour of the text; always beside words or inside a labelled control. */
const PATHS = {
  messages: 'M4 5.5h16v11H9.5L5 20v-3.5H4z',
  settings: 'M4 7h9m5 0h2M4 17h2m5 0h9M15.5 4.5v5m-7 5v5',
  why: 'M12 21a9 9 0 1 0-9-9 9 9 0 0 0 9 9Zm0-4.2v.1M9.6 9.4a2.5 2.5 0 1 1 3.6 2.3c-.8.4-1.2.9-1.2 1.8',
  operations: 'M4 20V10m5.3 10V4m5.4 16v-7M20 20V7',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  care: 'M12 4 2.8 20h18.4zm0 6v4.5m0 2.6v.1',
  bad: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7.5v5.5m0 3.1v.1',
  phone: 'M7.5 3h9v18h-9zm3.2 15h2.6',
  back: 'M15 5l-7 7 7 7',
  more: 'M5 12h.1m6.9 0h.1m6.9 0h.1',
  bell: 'M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15zm4.5 4h3',
  mute: 'M6 16.5V11a6 6 0 0 1 1.4-3.9M10 5.3a6 6 0 0 1 8 5.7v3M6 16.5 4.5 18H17m-6.5 2.5h3M4 4l16 16',
  urgent: 'M12 4v10m0 4.9v.1',
  send: 'M5 12h14m-6-6 6 6-6 6',
  file: 'M7 3.5h6.5L18 8v12.5H7zm6.5 0V8H18',
  plus: 'M12 5v14M5 12h14',
  moon: 'M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10Z',
  shield: 'M12 3.5 5 6v5.5c0 4.3 2.9 7.3 7 9 4.1-1.7 7-4.7 7-9V6z',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-13.5V12l3 2',
  device: 'M4 5h16v10.5H4zm-1 14h18',
  out: 'M14 4.5h5v15h-5M11 8l-4 4 4 4m-3.5-4H15',
} as const;

/** The icons there are. */
export type IconName = keyof typeof PATHS;

/** One icon; hidden from assistive technology, since words stand beside it. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      class="icon"
      width="24"
      height="24"
      viewBox="0 0 24 24"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      stroke-width={name === 'more' ? 3.5 : 1.8}
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The mark: a family around its circle, one of them on the way home. */
export function Mark() {
  return (
    <svg class="mark" width="32" height="32" viewBox="0 0 32 32" aria-hidden="true">
      <circle
        cx="16"
        cy="16"
        r="11"
        fill="none"
        stroke="currentColor"
        stroke-opacity=".3"
        stroke-width="1.5"
      />
      <g class="mark-home">
        <circle cx="16" cy="5" r="3.8" />
        <circle cx="26.5" cy="12.6" r="3.8" />
        <circle cx="22.5" cy="24.9" r="3.8" />
        <circle cx="9.5" cy="24.9" r="3.8" />
      </g>
      <circle class="mark-away" cx="5.5" cy="12.6" r="3.8" />
    </svg>
  );
}
