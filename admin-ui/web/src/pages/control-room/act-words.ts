/** Acts as people say them, and which of them have a way back. */
import { useMemo } from 'react';
import { type IntlShape, useIntl } from 'react-intl';
import type { LiveAct } from '../../api/contract.ts';
import { capital, spanText, withoutUnit } from '../../ui/record-words/plain-value.ts';
import {
  type RecordedChange,
  type RecordWords,
  recordedChanges,
  useRecordWords,
} from '../../ui/record-words/record-words.ts';

/** As the server's own list (admin-ui/server/src/domain/undo.ts), which refuses what is not on it. */
export const WITH_A_WAY_BACK = new Set([
  'policy.change',
  'rate.change',
  'page.change',
  'logo.change',
  'drop.pause',
  'drop.resume',
  'drop.drain',
  'drop.queue-all',
  'drop.pass-through',
  'capacity.ignore',
  'capacity.heed',
  'stock.moved',
]);

/** The latest act that can be taken back; what is only in a journal can't yet. */
export const latestUndoable = (acts: readonly LiveAct[]): LiveAct | undefined =>
  acts.find(({ act, seq, isUndone }) => seq !== null && !isUndone && WITH_A_WAY_BACK.has(act));

export interface ActWords {
  /** What was done: `Rate`, `Paused`, `Message (German)`. */
  title(act: LiveAct): string;
  /** What became of it: `30 → 600 entries a minute`; '' where the title says it all. */
  text(act: LiveAct): string;
  /** Both: `Rate: 30 → 600 entries a minute`. */
  sentence(act: LiveAct): string;
}

/** @param zone of the drop, for the times in them */
export function useActWords(zone: string): ActWords {
  const intl = useIntl();
  const words = useRecordWords(zone);
  return useMemo(() => actWords(intl, words, zone), [intl, words, zone]);
}

type Said = Pick<IntlShape, 'formatMessage' | 'formatNumber' | 'formatTime'>;
type Names = Pick<RecordWords, 'act' | 'field' | 'value'>;

/** One thing that an act changed. */
interface Item {
  readonly label: string;
  readonly text: string;
}

export function actWords(intl: Said, words: Names, zone: string): ActWords {
  const told = (act: LiveAct): { title: string; text: string } => {
    const name = words.act(act.act);
    // A plan is all new: its page says what it is.
    if (act.act === 'drop.create' || act.act === 'drop.clone') return { title: name, text: '' };
    const items = itemsOf(act, intl, words, zone);
    const [first, ...more] = items;
    if (first === undefined) return { title: name, text: '' };
    // One thing is called by its own name: "Places in line: 10 → 20", not "Settings of the line: places in line 10 → 20".
    if (more.length === 0 && (NAMED_BY_ITEM.has(act.act) || first.label === '' || first.label === name))
      return { title: first.label === '' ? name : capital(first.label), text: first.text };
    const texts = items.slice(0, ITEMS_MAX).map(({ label, text }) => `${label} ${text}`.trim());
    return { title: name, text: texts.join(', ') + (items.length > ITEMS_MAX ? ' …' : '') };
  };
  return {
    title: (act) => told(act).title,
    text: (act) => told(act).text,
    sentence(act) {
      const { title, text } = told(act);
      return text === '' ? title : `${title}: ${text}`;
    },
  };
}

/** Acts that change whatever they name. */
const NAMED_BY_ITEM = new Set(['policy.change', 'page.change', 'plan.change']);
/** What an override's own name says, unless it was taken back. */
const SAID_BY_ACT =
  /^(drop\.(pause|resume|drain|close|queue-all|pass-through)|capacity\.(ignore|heed)|logo\.change)$/;
/** What stands in an entry beside what was changed. */
const SILENT = new Set([
  ...['policyVersion', 'doneAt', 'undoes', 'movement', 'id', 'sku', 'delta', 'lobbyOpensAt'],
  'codeBatches',
  ...['overrideOwner', 'overrideReason', 'ramp', 'ramp.fromPerMinute', 'ramp.startsAt', 'ramp.endsAt'],
]);
/** More is a change for the audit log. */
const ITEMS_MAX = 4;
const TEXT_LENGTH_MAX = 80;

function itemsOf({ act, from, to }: LiveAct, intl: Said, words: Names, zone: string): Item[] {
  const say = (id: string, values?: Record<string, string | number>) => intl.formatMessage({ id }, values);
  const { sku, delta } = (to ?? {}) as { sku?: unknown; delta?: unknown };
  if (typeof sku === 'string' && typeof delta === 'number') {
    const id = delta < 0 ? 'change.stock-out' : 'change.stock-in';
    return [{ label: '', text: say(id, { units: Math.abs(delta), sku }) }];
  }
  const clock = (at: string) =>
    intl.formatTime(at, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone });
  const said = (path: string, value: unknown): string => {
    if (path === 'override' && value === '') return words.value('as-scheduled');
    if (value === null && path.startsWith('admission.')) return say('change.none');
    if (typeof value === 'number' && path.endsWith('Seconds')) return spanText(intl, value);
    const text = words.value(value);
    return text.length > TEXT_LENGTH_MAX ? `${text.slice(0, TEXT_LENGTH_MAX)}…` : text;
  };
  const itemOf = ({ path, from: was, to: now }: RecordedChange): Item => {
    // "(seconds)" of a label stands in the value.
    const label = path.endsWith('Seconds') ? withoutUnit(words.field(path)) : words.field(path);
    if (path === 'admission.ratePerMinute')
      return { label: words.act('rate.change'), text: rateText(was, now) };
    if (path === 'overrideUntil' || path === 'ignoreCapacityUntil')
      return { label: '', text: say('change.until', { at: clock(String(now)) }) };
    if (path.startsWith('page.message.'))
      return { label, text: now ? say('change.said', { text: said(path, now) }) : say('change.removed') };
    if (/^page\.(theme|words|logo)\b/.test(path) || path.startsWith('access.'))
      return { label: words.field(path.split('.', 2).join('.')), text: say('change.changed') };
    // A list of products or the like: that it is another one, and the audit log says which.
    if (typeof now === 'object' && now !== null && JSON.stringify(now).includes('{'))
      return { label, text: say('change.changed') };
    if (was === undefined) return { label, text: said(path, now) };
    return { label, text: `${said(path, was)} → ${said(path, now)}` };
  };
  const rateText = (was: unknown, now: unknown): string => {
    const rate =
      was === undefined
        ? say('change.rate-to', { to: words.value(now) })
        : say('change.rate', { from: words.value(was), to: words.value(now) });
    const { startsAt, endsAt } = ((to ?? {}) as { ramp?: { startsAt?: string; endsAt?: string } }).ramp ?? {};
    if (!startsAt || !endsAt) return rate;
    const span = (Date.parse(endsAt) - Date.parse(startsAt)) / 1000;
    return say('change.over', { what: rate, span: spanText(intl, span) });
  };
  const isOver = (path: string, now: unknown) =>
    (path === 'overrideUntil' || path === 'ignoreCapacityUntil') && !now;
  const items = recordedChanges(from, to)
    .filter(({ path, to: now }) => (now !== undefined || path.startsWith('page.')) && !SILENT.has(path))
    .filter(({ path, to: now }) => !isOver(path, now))
    .filter(({ path }) => !(SAID_BY_ACT.test(act) && (path === 'override' || path.startsWith('page.'))))
    .map(itemOf);
  // Of colours, words and classes each member is one change.
  return items.filter(
    ({ label, text }, at) => items.findIndex((one) => one.label === label && one.text === text) === at,
  );
}
