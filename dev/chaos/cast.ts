import type { HostUser } from '../host.ts';

/** What may come of a message to a person. */
export interface Fate {
  /** They may be told: and must be, unless one of the reasons stands in the way. */
  told: boolean;
  /** Reasons, and codes of the carrier, that may keep the text from them. */
  reasons: readonly string[];
}

/** Somebody of the chaos. */
export interface Member extends HostUser {
  name: string;
  /** E.164, of those set aside for fiction. */
  phone: string;
  fate: Fate;
}

/** What may come of a message to them; an urgent one passes a mute. */
export const fateOf = ({ fate }: Member, urgent: boolean): Fate =>
  urgent && fate.reasons.includes('muted') ? TOLD : fate;

/** A thread and who is in it. */
export interface ChaosThread {
  id: string;
  familyId: string;
  members: readonly Member[];
}

/** Who takes part. */
export interface Cast {
  families: readonly { id: string; name: string }[];
  members: readonly Member[];
  threads: readonly ChaosThread[];
}

const TOLD: Fate = { told: true, reasons: [] };
/** Told until they opt out, by words that no carrier knows. */
const QUITS: Fate = { told: true, reasons: ['opted_out'] };
const never = (...reasons: string[]): Fate => ({ told: false, reasons });

/** Those whom something keeps from being texted; Zoe says STOP in the middle of it all. */
const OBSTACLES: Readonly<Record<string, Fate>> = {
  Una: never('unverified'),
  Sil: never('opted_out'),
  Mia: never('muted'),
  Stan: never('21610', 'opted_out'),
  Lana: never('21614', 'phone_unusable'),
  Zoe: { told: true, reasons: ['21610', 'opted_out'] },
};

/** Numbers ending in 555-01xx belong to nobody. */
const AREA_CODES = [202, 212, 303, 415, 617];

/**
 * Small families with two threads each, one of them with everybody whom something keeps from being texted, and a
 * family so large that one message to it takes several rounds of sending.
 * @param small how many small families
 * @param crowd how many people the large one has; 0: there is none
 * @param quitters how many of the first family opt out in the middle of it all
 */
export function castOf(small: number, crowd: number, quitters = 0): Cast {
  let numbers = 0;
  const person = (familyId: string, name: string): Member => {
    const n = numbers++;
    const phone = `+1${AREA_CODES[Math.floor(n / 100)]}5550${100 + (n % 100)}`;
    const id = `usr_${familyId.slice(4)}_${name.toLowerCase()}`;
    const fate = name.startsWith('Quitter') ? QUITS : (OBSTACLES[name] ?? TOLD);
    return { id, familyId, name, phone, fate };
  };
  const families: { id: string; name: string }[] = [];
  const threads: ChaosThread[] = [];
  const members: Member[] = [];
  for (let n = 1; n <= small; n++) {
    const id = `fam_small${n}`;
    families.push({ id, name: `Small family ${n}` });
    const reachable = ['Rosa', 'Ben', 'Cleo'].map((name) => person(id, name));
    const quitting = Array.from({ length: quitters }, (_, i) => `Quitter${i + 1}`);
    const others = n === 1 ? [...Object.keys(OBSTACLES), ...quitting].map((name) => person(id, name)) : [];
    members.push(...reachable, ...others);
    threads.push({ id: `thr_all${n}`, familyId: id, members: [...reachable, ...others] });
    threads.push({ id: `thr_two${n}`, familyId: id, members: reachable.slice(0, 2) });
  }
  if (crowd > 0) {
    const id = 'fam_crowd';
    families.push({ id, name: 'Crowd' });
    const people = Array.from({ length: crowd }, (_, n) => person(id, `Cousin${n + 1}`));
    members.push(...people);
    threads.push({ id: 'thr_crowd', familyId: id, members: people });
  }
  return { families, members, threads };
}
