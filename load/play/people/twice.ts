/** The two bad habits of browsers: asking twice at the same time, and hanging up before the answer comes. */
import { askPatiently, type Patience, pause } from '../web/patience.ts';
import type { Site, WebAnswer, WebRequest } from '../web/site.ts';
import type { Kind } from './character.ts';

/** An answer is on its way after so long: sometimes it was carried out, sometimes not. */
const HANG_UP_MS_MAX = 12;

/** Asks in the way of this kind of shopper. What two tabs are answered must be one and the same, as far as `sameOf` tells. */
export async function askAs(
  kind: Kind,
  site: Site,
  request: WebRequest,
  patience: Patience,
  sameOf: (answer: WebAnswer) => unknown = () => undefined,
): Promise<WebAnswer> {
  if (kind === 'dropper') await askAndHangUp(site, request, patience);
  if (kind !== 'two-tabs') return askPatiently(site, request, patience);
  const [one, other] = await Promise.all(
    [0, 1].map((instance) => askPatiently(site, { ...request, instance }, patience)),
  );
  const bothDone = isDone(one as WebAnswer) && isDone(other as WebAnswer);
  if (bothDone && sameOf(one as WebAnswer) !== sameOf(other as WebAnswer))
    throw new Error(`${request.method} sent twice at the same time was answered in two ways`);
  return isDone(one as WebAnswer) ? (one as WebAnswer) : (other as WebAnswer);
}

async function askAndHangUp(site: Site, request: WebRequest, { random, over }: Patience): Promise<void> {
  const hangUp = new AbortController();
  const asking = site.ask({ ...request, signal: hangUp.signal }).catch(() => undefined);
  await pause(random.integer(0, HANG_UP_MS_MAX), over);
  hangUp.abort();
  await asking;
}

function isDone({ status }: WebAnswer): boolean {
  return status >= 200 && status < 300 && status !== 202;
}
