/** The control room of one drop, made for the day it runs: what it does this second, and everything that can be done to it. */
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { dropQuery } from '../../api/drops.ts';
import { useText } from '../../i18n/language.tsx';
import { useMay } from '../../session/session.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { Loading } from '../../ui/states.tsx';
import { ActDialogs, type Asked, ConfirmDialog } from './act-dialogs.tsx';
import { latestUndoable, useActWords } from './act-words.ts';
import { ActsList } from './acts-list.tsx';
import { Charts } from './charts.tsx';
import type { PlannedDrop } from './planned-drop.ts';
import './control-room.css';
import { Figures } from './figures.tsx';
import { Headline } from './headline.tsx';
import { InstancesNote } from './instances-note.tsx';
import { redisNowMs } from './live-series.ts';
import { MessageBox, MessageShown } from './message-box.tsx';
import { useRateDraft } from './rate-control.tsx';
import { ShortcutHelp, useShortcuts, useShortcutsChoice } from './shortcuts.tsx';
import { SightNote } from './sight-note.tsx';
import { OVERRIDDEN, Steering } from './steering.tsx';
import { useActs } from './use-acts.ts';
import { useLive, useNow } from './use-live.ts';
import { useWords } from './words.ts';

export default function ControlPage() {
  const { drop: id = '' } = useParams({ strict: false });
  // The frame asks again and again; asking once more here would make it wait anew each time.
  const { data: drop, errorUpdateCount } = useQuery({ ...dropQuery(id), retryOnMount: false });
  if (drop) return <ControlRoom drop={drop} />;
  return errorUpdateCount > 0 ? <ControlRoom drop={{ id, ...UNPLANNED }} /> : <Loading />;
}

/** Of a drop whose plan is not to be had while the ledger is away: it can be seen and steered all the same. */
const UNPLANNED = { timeZone: 'UTC', page: { message: {} }, products: [], admission: { maxSessions: null } };

function ControlRoom({ drop }: { readonly drop: PlannedDrop }) {
  const t = useText();
  const may = useMay();
  const words = useWords(drop.timeZone);
  const picture = useLive(drop.id);
  const nowMs = useNow();
  const acts = useActs(drop.id);
  const actWords = useActWords(drop.timeZone);
  const { sample, sight } = picture;
  const draft = useRateDraft(sample, acts, words);
  const rateField = useRef<HTMLInputElement>(null);
  const [asked, ask] = useState<Asked | null>(null);
  const [isHelpOpen, openHelp] = useState(false);
  const [areKeysOn, turnKeys] = useShortcutsChoice();

  const undoable = latestUndoable(picture.acts);
  const undoing = undoable ? actWords.sentence(undoable) : null;
  const undo = () => {
    if (undoable?.seq)
      void acts.run({
        path: 'undo',
        body: { seq: undoable.seq },
        done: t('control.done-undo', { what: undoing ?? '' }),
      });
  };
  const pauseOrResume = () => {
    const isOver = sample !== null && OVERRIDDEN.includes(sample.phase);
    void acts.run(
      isOver
        ? { path: 'resume', done: t('control.done-resume') }
        : { path: 'pause', done: t('control.done-pause') },
    );
  };
  const maySteer = may('drops.steer') && sample !== null && sample.phase !== 'closed';
  const steering = (act: () => void) => () => {
    if (maySteer) act();
  };
  useShortcuts(
    {
      '+': steering(() => draft.step(1)),
      '=': steering(() => draft.step(1)),
      '-': steering(() => draft.step(-1)),
      Enter: steering(draft.apply),
      Escape: draft.discard,
      r: steering(() => rateField.current?.focus()),
      u: steering(undo),
      p: steering(pauseOrResume),
      m: () => document.querySelector<HTMLElement>('.message textarea')?.focus(),
      '?': () => openHelp(true),
    },
    areKeysOn,
  );

  return (
    <div className={`control-room ${sight}`}>
      <PageHeader title={t('control.title')} level={2} />
      <SightNote {...{ picture, nowMs, words }} />
      {sample === null ? (
        sight === 'waiting' && <Loading />
      ) : (
        <div className="grid">
          <div className="seen">
            <Headline
              sample={sample}
              nowMs={sight === 'live' ? redisNowMs(picture, nowMs) : Date.parse(sample.at)}
              words={words}
            />
            <Figures {...{ sample, words }} />
          </div>
          <div className="steered">
            <Steering
              {...{ sample, draft, acts, words, rateField, undoing, undo, pauseOrResume, ask }}
              help={() => openHelp(true)}
            />
            <InstancesNote sample={sample} />
          </div>
          <div className="drawn">
            <Charts {...{ picture, words }} />
          </div>
          <div className="told">
            <div className="message">
              {may('page.change') ? (
                <MessageBox drop={drop} acts={acts} isDisabled={sample.phase === 'closed'} />
              ) : (
                <MessageShown drop={drop} />
              )}
            </div>
            <ActsList acts={picture.acts} words={words} zone={drop.timeZone} />
          </div>
        </div>
      )}
      <ActDialogs {...{ asked, drop, sample, acts }} onClose={() => ask(null)} />
      <ConfirmDialog acts={acts} />
      <ShortcutHelp isOpen={isHelpOpen} isOn={areKeysOn} turn={turnKeys} onClose={() => openHelp(false)} />
    </div>
  );
}
