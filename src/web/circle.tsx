/** Someone on a circle: which colour, and whether they are here now. */
export interface Dot {
  userId: string;
  /** 0..7. */
  colour: number;
  here: boolean;
}

const round = (n: number) => Math.round(n * 100) / 100;

/**
 * A conversation's sign: its people around one circle, each in their colour, filled while they are here.
 * Decoration beside a title; who is here is also said in words.
 */
export function Circle({ dots, letter, size = 48 }: { dots: Dot[]; letter?: string; size?: number }) {
  const shown = dots.slice(0, 10);
  const radius = shown.length > 7 ? 3.6 : 4.6;
  return (
    <svg class="circle" width={size} height={size} viewBox="0 0 48 48" aria-hidden="true">
      <circle class="orbit" cx="24" cy="24" r="17.5" />
      {letter && (
        <text x="24" y="24" dy=".36em" text-anchor="middle">
          {letter}
        </text>
      )}
      {shown.map((dot, i) => {
        const angle = (i / shown.length) * 2 * Math.PI - Math.PI / 2;
        return (
          <circle
            class={`dot p${dot.colour}${dot.here ? ' here' : ''}`}
            data-user={dot.userId}
            cx={round(24 + 17.5 * Math.cos(angle))}
            cy={round(24 + 17.5 * Math.sin(angle))}
            r={radius}
          />
        );
      })}
    </svg>
  );
}
