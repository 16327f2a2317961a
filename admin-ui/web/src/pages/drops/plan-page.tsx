/** The plan of one drop: what it is, when, how its line moves, and another like it. */
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { Drop } from '../../api/contract.ts';
import { dropQuery } from '../../api/drops.ts';
import { localOf } from '../../domain/clock-times.ts';
import { policyChanges, textsOf } from '../../domain/policy-table.ts';
import { useText } from '../../i18n/language.tsx';
import { useMay, useSession } from '../../session/session.ts';
import { Button } from '../../ui/button.tsx';
import { Form, SubmitRow, useSubmit } from '../../ui/form.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Section } from '../../ui/section.tsx';
import { Answered } from '../../ui/states.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { tell } from '../../ui/toasts.tsx';
import { useChangeDrop } from './change-drop.ts';
import { CloneDialog } from './clone-dialog.tsx';
import { DraftSection } from './draft-section.tsx';
import { OthersNote } from './others-note.tsx';
import { BasicsFacts, PolicyFacts } from './plan-facts.tsx';
import { PolicyFields } from './policy-fields.tsx';
import { RecurDialog } from './recur-dialog.tsx';
import { ScheduleFields, type ScheduleTexts, scheduleOf } from './schedule-fields.tsx';
import './drops.css';

export default function PlanPage() {
  const { drop: id = '' } = useParams({ strict: false });
  const query = useQuery(dropQuery(id));
  return <Answered query={query}>{(drop) => <Plan key={drop.id} drop={drop} />}</Answered>;
}

function Plan({ drop }: { readonly drop: Drop }) {
  const t = useText();
  const may = useMay();
  const { drops: onlyDrops } = useSession();
  const [isCloning, clone] = useState(false);
  const [isRecurring, recur] = useState(false);
  const mayMake = may('drops.plan') && onlyDrops === null;
  return (
    <>
      <PageHeader
        level={2}
        title={t('drops.plan')}
        actions={
          mayMake && (
            <>
              <Button onPress={() => clone(true)}>{t('drops.clone')}</Button>
              <Button onPress={() => recur(true)}>{t('series.make')}</Button>
            </>
          )
        }
      />
      {drop.room.status === 'pending' && <p className="note warning">{t('drops.pending-room')}</p>}
      {drop.checkout.status === 'pending' && <p className="note warning">{t('drops.pending-checkout')}</p>}
      {drop.series && (
        <p className="note">
          {t('series.part-of')}{' '}
          <Link to="/series/$series" params={{ series: drop.series.id } as never}>
            {t('series.show')}
          </Link>
        </p>
      )}
      {may('drops.plan') ? <Basics drop={drop} /> : <BasicsFacts drop={drop} />}
      {may('drops.steer') ? <Policy drop={drop} /> : <PolicyFacts drop={drop} />}
      {may('drops.plan') && (drop.isDraft || drop.phase === 'scheduled') && <DraftSection drop={drop} />}
      <CloneDialog drop={drop} isOpen={isCloning} onClose={() => clone(false)} />
      <RecurDialog drop={drop} isOpen={isRecurring} onClose={() => recur(false)} />
    </>
  );
}

const scheduleTextsOf = ({ timeZone, opensAt, closesAt }: Drop): ScheduleTexts => ({
  timeZone,
  ...{ opensAtLocal: localOf(opensAt, timeZone), opensAtChoice: null, closesAtChoice: null },
  closesAtLocal: closesAt === null ? '' : localOf(closesAt, timeZone),
});

function Basics({ drop }: { readonly drop: Drop }) {
  const t = useText();
  const change = useChangeDrop(drop);
  const textsFrom = (base: Drop) => ({
    ...{ name: base.name, limit: String(base.perShopperLimit), schedule: scheduleTextsOf(base) },
  });
  const [texts, setTexts] = useState(() => textsFrom(change.base));
  const isOpened = drop.live?.openedAt != null;

  const submit = useSubmit(async () => {
    const before = textsFrom(change.base);
    const limit = Number(texts.limit);
    const isMoved = JSON.stringify(before.schedule) !== JSON.stringify(texts.schedule);
    const { opensAtLocal, opensAtChoice, ...closing } = scheduleOf(texts.schedule);
    const isOpeningMoved =
      before.schedule.opensAtLocal !== texts.schedule.opensAtLocal || opensAtChoice !== undefined;
    const body = {
      ...(texts.name !== before.name && { name: texts.name }),
      ...(texts.limit !== before.limit && { perShopperLimit: Number.isInteger(limit) ? limit : texts.limit }),
      ...(isMoved && {
        ...closing,
        ...(isOpeningMoved && { opensAtLocal, ...(opensAtChoice && { opensAtChoice }) }),
        ...(texts.schedule.closesAtLocal === '' &&
          before.schedule.closesAtLocal !== '' && { closesAt: null }),
      }),
    };
    if (Object.keys(body).length === 0) return tell(t('drops.nothing-changed'));
    const saved = await change.send('', body);
    if (!saved) return;
    // What somebody else changed meanwhile is there now, too, and must not be sent back.
    setTexts(textsFrom(saved));
    tell(t('drops.saved'));
  });

  return (
    <Section title={t('drops.basics')}>
      <OthersNote change={change} onStartOver={() => setTexts(textsFrom(drop))} />
      <Form submit={submit} toldElsewhere="version-mismatch">
        <TextField
          name="name"
          label={t('drops.name')}
          value={texts.name}
          onChange={(name) => setTexts({ ...texts, name })}
          isRequired
        />
        <ScheduleFields
          schedule={texts.schedule}
          onChange={(schedule) => setTexts({ ...texts, schedule })}
          isOpened={isOpened}
        />
        {isOpened && <p className="help">{t('drops.has-opened')}</p>}
        <TextField
          name="perShopperLimit"
          label={t('drops.limit')}
          inputMode="numeric"
          value={texts.limit}
          onChange={(limit) => setTexts({ ...texts, limit })}
          isRequired
        />
        <SubmitRow isBusy={submit.isBusy}>{t('ui.save')}</SubmitRow>
      </Form>
      {change.dialog}
    </Section>
  );
}

function Policy({ drop }: { readonly drop: Drop }) {
  const t = useText();
  const change = useChangeDrop(drop);
  const [texts, setTexts] = useState(() => textsOf(change.base.admission));
  const submit = useSubmit(async () => {
    const changes = policyChanges(textsOf(change.base.admission), texts);
    if (Object.keys(changes).length === 0) return tell(t('drops.nothing-changed'));
    const saved = await change.send('/admission', changes);
    if (!saved) return;
    setTexts(textsOf(saved.admission));
    tell(t('drops.saved'));
  });
  return (
    <Section title={t('drops.policy')} lead={t('drops.policy-lead')}>
      <OthersNote change={change} onStartOver={() => setTexts(textsOf(drop.admission))} />
      <Form submit={submit} toldElsewhere="version-mismatch" className="form wide">
        <PolicyFields texts={texts} onChange={setTexts} />
        <SubmitRow isBusy={submit.isBusy}>{t('ui.save')}</SubmitRow>
      </Form>
      {change.dialog}
    </Section>
  );
}
