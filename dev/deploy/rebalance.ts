/** What `GET /api/admin/databases` and `GET /api/admin/slots` say; what is of interest here. */
export interface StoresSeen {
  databases: readonly { name: string; families: number | null; bytes: number | null }[];
  slots: readonly { first: number; last: number; database: string }[];
}

/** A range of slots to be given, and why. */
export interface Suggestion {
  first: number;
  last: number;
  from: string;
  to: string;
  why: string;
}

const GB = 1e9;
/** A database is full at this size: D1 ends at 10 GB, and a store needs room to move families in and out. */
const FULL_BYTES = 6 * GB;
/** Below, unevenness does no harm. */
const WORTH_BYTES = GB;
/** The fullest holds so many times what the emptiest does. */
const UNEVEN = 2;

const gb = (bytes: number) => `${(bytes / GB).toFixed(1)} GB`;

/**
 * Which slots should go where: from the fullest database to the emptiest, as many as bring both to the same size.
 * @returns null when all is well: none is full, and they are even enough
 */
export function suggestMove({ databases, slots }: StoresSeen): Suggestion | null {
  const known = databases.flatMap(({ name, families, bytes }) =>
    bytes === null ? [] : [{ name, bytes, families: families ?? 0 }],
  );
  const bySize = known.sort((a, b) => b.bytes - a.bytes);
  const [fullest, emptiest] = [bySize[0], bySize.at(-1)];
  if (!fullest || !emptiest || fullest === emptiest) return null;
  const isFull = fullest.bytes >= FULL_BYTES;
  const isUneven = fullest.bytes >= WORTH_BYTES && fullest.bytes > UNEVEN * emptiest.bytes;
  if (!isFull && !isUneven) return null;
  const held = slots.filter(({ database }) => database === fullest.name);
  const count = held.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  const largest = held.sort((a, b) => b.last - b.first - (a.last - a.first))[0];
  if (!largest) return null;
  const share = (fullest.bytes - emptiest.bytes) / 2 / fullest.bytes;
  const wanted = Math.max(1, Math.round(count * share));
  const size = Math.min(wanted, largest.last - largest.first + 1);
  const families = Math.round((fullest.families * size) / count);
  return {
    first: largest.last - size + 1,
    last: largest.last,
    from: fullest.name,
    to: emptiest.name,
    why:
      `${fullest.name} holds ${gb(fullest.bytes)}${isFull ? ' and is full' : ''}, ${emptiest.name} ${gb(emptiest.bytes)}: ` +
      `${size} slots, about ${families} families and ${gb((fullest.bytes * size) / count)}, make them even`,
  };
}
