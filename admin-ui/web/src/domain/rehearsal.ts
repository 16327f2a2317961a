/** Rehearsals are drops whose id says so, as the server names them (admin-ui/server/src/domain/rehearsal.ts). */
export const isRehearsal = (drop: string): boolean => drop.startsWith('rehearsal-');

/** Where each of a crowd is, as the server counts them. */
type Counts = Readonly<
  Record<
    | 'coming'
    | 'waiting'
    | 'inside'
    | 'bought'
    | 'declined'
    | 'gave-back'
    | 'found-it-sold-out'
    | 'no-show'
    | 'missed'
    | 'turned-away'
    | 'stuck',
    number
  >
>;

/** The same in fewer words; `joined` is everybody but who has not come yet, and falls apart into the others. */
export function crowdNow(counts: Counts) {
  const { coming: _, waiting, inside, bought, stuck } = counts;
  const gone =
    counts.declined +
    counts['gave-back'] +
    counts['found-it-sold-out'] +
    counts['no-show'] +
    counts.missed +
    counts['turned-away'];
  return { joined: waiting + inside + bought + stuck + gone, waiting, inside, bought, gone, stuck };
}
