/** Compares texts without telling by its duration where they differ. `node:crypto` is not at hand on every platform this runs on. */

/** True if both are equal; takes as long for the first as for the last differing character. The length is no secret. */
export function sameText(left: string, right: string): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let index = 0; index < left.length; index++) {
    difference |= left.charCodeAt(index) ^ right.charCodeAt(index);
  }
  return difference === 0;
}
