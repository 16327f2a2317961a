/** What a drop was, in one document: from the room's log, the peaks that were seen, and the checkout's ledger. */
import { isStoreFault, problem } from '@sluice/service-kit';
import { stringify } from 'csv-stringify/sync';
import type { Balance } from '../clients/checkout.ts';
import { CheckoutFault } from '../clients/checkout-http.ts';
import type { OrderSums } from '../clients/checkout-orders.ts';
import { createReportCollector } from '../domain/drop-report.ts';
import { askIfThere } from './ask-checkout.ts';
import type { ControlPlane } from './control-plane.ts';

/** What a report is made from. */
export type Reporting = Pick<
  ControlPlane,
  'drops' | 'projection' | 'peaks' | 'reader' | 'checkout' | 'archives'
>;

export type DropReport = Awaited<ReturnType<typeof makeReport>>;

/** That of an archived drop is the one made when it was archived. @throws Problem `no-such-drop`, or a store fault */
export async function reportDrop(plane: Reporting, id: string): Promise<DropReport> {
  const stored = (await plane.archives.find([id])).get(id);
  if (!stored?.storedAt || !stored.report) return makeReport(plane, id);
  // One that was made before reports had sales.
  const report = stored.report as Omit<DropReport, 'sales'> & { readonly sales?: DropReport['sales'] };
  return { ...report, sales: report.sales ?? null };
}

/** @throws as above */
export async function makeReport(plane: Reporting, id: string) {
  const drop = await plane.drops.find(id);
  if (!drop) throw problem('no-such-drop', `No drop has the id "${id}".`);
  const [live, peaks, balances, sums] = await Promise.all([
    plane.projection.live([id]).then((pictures) => pictures.get(id)),
    plane.peaks.find(id),
    balancesOf(plane, id, drop.products.length),
    askIfThere(plane, ({ orders }) => orders.sums(id)),
  ]);
  if (!live) throw new Error('Redis told nothing of a drop it was asked for');
  const collector = createReportCollector();
  for await (const line of plane.reader.log(id)) collector.see(line);
  const sales = typeof sums === 'string' ? null : sums;
  const logged = collector.figures();
  // The ledger knows who has bought before the room has heard that their session ended.
  const figures = { ...logged, bought: sales?.buyers ?? logged.bought };
  const share = (part: number, whole: number) =>
    whole === 0 ? null : Math.round((part / whole) * 10_000) / 10_000;
  return {
    drop: id,
    name: drop.name,
    asOf: live.asOf.toISOString(),
    phase: live.phase,
    joined: live.joinedTotal,
    peakWaiting: Math.max(peaks?.waiting ?? 0, live.waiting),
    peakWaitingAt: peaks?.waitingAt.toISOString() ?? null,
    peakInside: Math.max(peaks?.inside ?? 0, live.sessions),
    peakInsideAt: peaks?.insideAt.toISOString() ?? null,
    ...figures,
    abandonedShare: share(figures.abandoned, live.joinedTotal),
    conversion: share(figures.bought, figures.entered),
    products: balances === null ? null : balances.map(({ total: _, ...balance }) => balance),
    unitsSold: balances === null ? null : balances.reduce((sum, { sold }) => sum + sold, 0),
    sales: sales === null ? null : salesOf(sales),
  };
}

const salesOf = ({ currency, orders, buyers, cancelled, amountMinor, refundedMinor }: OrderSums) => ({
  ...{ currency, orders, buyers, cancelled, amountMinor, refundedMinor },
});

/** Null: there is no checkout, it does not answer, or has not been told of the drop; the rest of the report stands. */
async function balancesOf({ checkout }: Reporting, id: string, products: number): Promise<Balance[] | null> {
  if (products === 0) return [];
  if (checkout === null) return null;
  try {
    return (await checkout.balances(id)) ?? null;
  } catch (error) {
    if (error instanceof CheckoutFault || isStoreFault(error)) return null;
    throw error;
  }
}

/** `figure,value` a line; what a spreadsheet would take for a formula is quoted. */
export function reportCsv(report: DropReport): string {
  const { products, waitSeconds, leftWithoutBuying, sales, ...plain } = report;
  const rows: [string, unknown][] = [
    ...Object.entries(plain),
    ...Object.entries(leftWithoutBuying).map(([how, count]): [string, unknown] => [
      `leftWithoutBuying.${how}`,
      count,
    ]),
    ...Object.entries(waitSeconds ?? {}).map(([share, seconds]): [string, unknown] => [
      `waitSeconds.${share}`,
      seconds,
    ]),
    ...Object.entries(sales ?? {}).map(([name, value]): [string, unknown] => [`sales.${name}`, value]),
    ...(products ?? []).flatMap(({ sku, ...balance }) =>
      Object.entries(balance).map(([name, units]): [string, unknown] => [`products.${sku}.${name}`, units]),
    ),
  ];
  return stringify(
    [['figure', 'value'], ...rows.map(([name, value]) => [name, value === null ? '' : String(value)])],
    {
      escape_formulas: true,
    },
  );
}
