import type { HostUser } from '../host.ts';

/** What should come of a message to a person: a text, or one of these reasons or provider's codes. */
export type Fate = 'told' | readonly string[];

/** Somebody of the chaos. */
export interface Member extends HostUser {
  name: string;
  /** E.164, of those set aside for fiction. */
  phone: string;
  fate: Fate;
}

/** What should come of a message to them; an urgent one passes a mute. */
export const fateOf = ({ fate }: Member, urgent: boolean): Fate =>
  urgent && fate !== 'told' && fate.includes('muted') ? 'told' : fate;

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

/** What keeps a person from being texted, by the name of those whom it concerns. */
export const OBSTACLES: Readonly<Record<string, readonly string[]>> = {
  Una: ['unverified'],
  Sil: ['opted_out'],
  Mia: ['muted'],
  Stan: ['21610', 'opted_out'],
  Lana: ['21614', 'phone_unusable'],
};

/** Numbers ending in 555-01xx belong to nobody. */
const AREA_CODES = [202, 212, 303, 415, 617];

/**
 * Small families with two threads each, one of them with everybody whom something keeps from being texted, and a
 * family so large that one message to it takes several rounds of sending.
 * @param small how many small families
 * @param crowd how many people the large one has; 0: there is none
 */
export function castOf(small: number, crowd: number): Cast {
  let numbers = 0;
  const person = (familyId: string, name: string): Member => {
    const n = numbers++;
    const phone = `+1${AREA_CODES[Math.floor(n / 100)]}5550${100 + (n % 100)}`;
    const id = `usr_${familyId.slice(4)}_${name.toLowerCase()}`;
    return { id, familyId, name, phone, fate: OBSTACLES[name] ?? 'told' };
  };
  const families: { id: string; name: string }[] = [];
  const threads: ChaosThread[] = [];
  const members: Member[] = [];
  for (let n = 1; n <= small; n++) {
    const id = `fam_small${n}`;
    families.push({ id, name: `Small family ${n}` });
    const reachable = ['Rosa', 'Ben', 'Cleo'].map((name) => person(id, name));
    const others = n === 1 ? Object.keys(OBSTACLES).map((name) => person(id, name)) : [];
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
