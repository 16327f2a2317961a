/** Tells those who asked for it: shortly before their turn, and when it has come. Every instance looks; one tells. */
import { type Metrics, type NotificationProvider, type RepeatingJob, repeat } from '@sluice/service-kit';
import type { FastifyBaseLogger } from 'fastify';
import { textsOf } from '../../page/look.ts';
import { type Notice, type NoticeAddress, orderAtRank } from '../domain/notice.ts';
import type { DueNotice } from '../queue/notices.ts';
import type { DropView, Queue } from '../queue/queue.ts';

/** A call lasts two minutes at the least in practice: two seconds are early enough. */
const LOOK_EVERY_MS = 2000;
/** Time enough to come back to the page. */
const SOON_MINUTES = 5;
const CALLING = ['open', 'draining'];

export interface NotifierOptions {
  readonly queue: Queue;
  readonly providers: readonly NotificationProvider<NoticeAddress>[];
  /** Of the page, as shoppers know it. */
  readonly origin: string;
  readonly log: FastifyBaseLogger;
  readonly count: (by: NoticeAddress['by'], outcome: 'sent' | 'failed') => void;
}

/** Counts by way and outcome. */
export function countNotices(metrics: Metrics): NotifierOptions['count'] {
  const notices = metrics.counter({
    name: 'waiting_room_notices_total',
    help: 'Shoppers told by this instance of their turn',
    labelNames: ['by', 'outcome'],
  });
  return (by, outcome) => notices.inc({ by, outcome });
}

export function startNotifier({ queue, providers, origin, log, count }: NotifierOptions): RepeatingJob {
  const byWay = new Map<string, NotificationProvider<NoticeAddress>>(
    providers.map((provider) => [provider.by, provider]),
  );

  async function tell(view: DropView, { kind, wish }: DueNotice): Promise<void> {
    const { address, lang } = wish;
    try {
      const provider = byWay.get(address.by);
      if (!provider) throw new Error('this installation does not tell that way any more');
      await provider.send(address, noticeOf(view, kind, lang, origin));
      count(address.by, 'sent');
    } catch (err) {
      // Never the address; and not again: late it would be wrong.
      log.warn({ err, drop: view.drop, kind, by: address.by }, 'somebody could not be told');
      count(address.by, 'failed');
    }
  }

  async function look(view: DropView): Promise<void> {
    const { drop, phase, frontier, rankMap } = view;
    if (phase === 'closed') return queue.notices.forget(drop);
    if (!CALLING.includes(phase)) return;
    // Where nothing moves nobody's turn is near.
    const perMinute = view.outflowPerMinute || view.ratePerMinute;
    const soon = rankMap && perMinute > 0 ? orderAtRank(perMinute * SOON_MINUTES, rankMap) : -1;
    for (const [kind, upTo] of [
      ['turn', frontier],
      ['soon', soon],
    ] as const) {
      for (;;) {
        const due = await queue.notices.takeDue(drop, kind, upTo);
        if (due.length === 0) break;
        await Promise.all(due.map((one) => tell(view, one)));
      }
    }
  }

  return repeat({
    everyMs: LOOK_EVERY_MS,
    async run() {
      // Where nobody has asked nothing is read.
      for (const drop of await queue.notices.drops()) {
        const view = queue.view(drop);
        if (view) await look(view);
        else if (queue.isArchived(drop)) await queue.notices.forget(drop);
      }
    },
    onError: (err) => log.warn({ err }, 'nobody can be told at the moment'),
  });
}

/** In the shopper's language; with the merchant's own words where there are any. */
function noticeOf(
  { drop, page, callWindowUs }: DropView,
  kind: DueNotice['kind'],
  lang: string,
  origin: string,
): Notice {
  const texts = textsOf(lang, page.look);
  const say = (key: string) => texts[key] ?? '';
  return {
    title: `${say(`${kind}.title`)} · ${page.name}`,
    text: `${say(kind === 'soon' ? 'notice.soon' : 'turn.lead')} ${say('notice.where')}`,
    link: `${origin}/w/${drop}`,
    worthSeconds: kind === 'soon' ? SOON_MINUTES * 60 : Math.round(callWindowUs / 1e6),
  };
}
