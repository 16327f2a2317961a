/** Columns of the history as a chart takes them. Pure. */
import type { LiveHistory } from '../../api/contract.ts';

/** Seconds are missing when samples lie further apart than this. */
const GAP_MS = 3_500;

export type ChartData = [number[], ...(number | null)[][]];
export type FigureName = Exclude<keyof LiveHistory, 'at'>;

/** Times in seconds. A row of nothing stands in each gap, so that no line is drawn over what nobody saw. */
export function chartDataOf(history: LiveHistory | null, names: readonly FigureName[]): ChartData {
  const times: number[] = [];
  const columns: (number | null)[][] = names.map(() => []);
  const push = (atMs: number, of: (name: FigureName) => number | null) => {
    times.push(atMs / 1000);
    for (const [index, name] of names.entries()) columns[index]?.push(of(name));
  };
  const at = history?.at ?? [];
  for (const [row, time] of at.entries()) {
    if (time === null) continue;
    const last = row > 0 ? (at[row - 1] ?? time) : time;
    if (time - last > GAP_MS) push(last + 1000, () => null);
    push(time, (name) => history?.[name][row] ?? null);
  }
  return [times, ...columns];
}

/** Rows of the table beside a chart: the newest first, one each so many seconds. */
export function tableRowsOf(
  history: LiveHistory | null,
  names: readonly FigureName[],
  { everySeconds, rows }: { readonly everySeconds: number; readonly rows: number },
): { readonly at: number; readonly values: readonly (number | null)[] }[] {
  const found: { at: number; values: (number | null)[] }[] = [];
  const at = history?.at ?? [];
  let next = Number.POSITIVE_INFINITY;
  for (let row = at.length - 1; row >= 0 && found.length < rows; row--) {
    const time = at[row];
    if (time === null || time === undefined || time > next) continue;
    found.push({ at: time, values: names.map((name) => history?.[name][row] ?? null) });
    next = time - everySeconds * 1000 + 500;
  }
  return found;
}
