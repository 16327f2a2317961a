/** Rehearsals are drops whose id says so, as the server names them (admin-ui/server/src/domain/rehearsal.ts). */
export const isRehearsal = (drop: string): boolean => drop.startsWith('rehearsal-');
