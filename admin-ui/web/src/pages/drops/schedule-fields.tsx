/** When a drop opens and closes, by the merchant's clocks; where those change, the merchant says what is meant, and sees it. */
import { lazy, Suspense, useMemo } from 'react';
import { useIntl } from 'react-intl';
import { type Meaning, meaningOf } from '../../domain/clock-times.ts';
import { useText } from '../../i18n/language.tsx';
import { Moment } from '../../ui/moment.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { Loading } from '../../ui/states.tsx';

/** A third of what these pages weigh; they are there before it is. */
const DateTimeField = lazy(async () => ({
  default: (await import('../../ui/date-time-field.tsx')).DateTimeField,
}));

export type Choice = 'earlier' | 'later';

export interface ScheduleTexts {
  readonly timeZone: string;
  readonly opensAtLocal: string;
  readonly opensAtChoice: Choice | null;
  readonly closesAtLocal: string;
  readonly closesAtChoice: Choice | null;
}

export interface ScheduleFieldsProps {
  readonly schedule: ScheduleTexts;
  onChange(schedule: ScheduleTexts): void;
  /** The drop has opened: its opening stays where it is. */
  readonly isOpened?: boolean;
}

export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** What the API takes of it. */
export function scheduleOf({
  timeZone,
  opensAtLocal,
  opensAtChoice,
  closesAtLocal,
  closesAtChoice,
}: ScheduleTexts) {
  return {
    timeZone,
    ...(opensAtLocal !== '' && { opensAtLocal, ...(opensAtChoice && { opensAtChoice }) }),
    ...(closesAtLocal !== '' && { closesAtLocal, ...(closesAtChoice && { closesAtChoice }) }),
  };
}

export function ScheduleFields({ schedule, onChange, isOpened = false }: ScheduleFieldsProps) {
  const t = useText();
  const { timeZone } = schedule;
  const zones = useMemo(() => zoneOptions(timeZone), [timeZone]);
  const change = (part: Partial<ScheduleTexts>) => onChange({ ...schedule, ...part });
  return (
    <Suspense fallback={<Loading lines={2} />}>
      <DateTimeField
        name="opensAtLocal"
        label={t('drops.opens-at')}
        value={schedule.opensAtLocal}
        onChange={(opensAtLocal) => change({ opensAtLocal, opensAtChoice: null })}
        isRequired
        isDisabled={isOpened}
      />
      <Meant
        name="opensAtChoice"
        {...{ local: schedule.opensAtLocal, zone: timeZone, choice: schedule.opensAtChoice }}
        onChoose={(opensAtChoice) => change({ opensAtChoice })}
      />
      <SelectField
        name="timeZone"
        label={t('drops.zone')}
        help={t('drops.zone-help')}
        value={timeZone}
        onChange={(zone) => change({ timeZone: zone, opensAtChoice: null, closesAtChoice: null })}
        options={zones}
      />
      <DateTimeField
        name="closesAtLocal"
        label={t('drops.closes-at')}
        help={t('drops.closes-help')}
        value={schedule.closesAtLocal}
        onChange={(closesAtLocal) => change({ closesAtLocal, closesAtChoice: null })}
      />
      <Meant
        name="closesAtChoice"
        {...{ local: schedule.closesAtLocal, zone: timeZone, choice: schedule.closesAtChoice }}
        onChoose={(closesAtChoice) => change({ closesAtChoice })}
      />
    </Suspense>
  );
}

const zoneOptions = (current: string) =>
  [...new Set([current, 'UTC', ...Intl.supportedValuesOf('timeZone')])].sort().map((zone) => ({
    value: zone,
    label: zone.replaceAll('_', ' '),
  }));

interface MeantProps {
  readonly name: string;
  readonly local: string;
  readonly zone: string;
  readonly choice: Choice | null;
  onChoose(choice: Choice): void;
}

/** The instant that a clock time is; or the two that it may be, to choose from. */
function Meant({ name, local, zone, choice, onChoose }: MeantProps) {
  const t = useText();
  const intl = useIntl();
  const meaning = useMemo(() => (local === '' ? null : meaningOf(local, zone)), [local, zone]);
  if (!meaning) return null;
  if (meaning.kind === 'one')
    return (
      <p className="meant" data-meant={meaning.at}>
        <Moment at={meaning.at} zone={zone} />
      </p>
    );
  const told = (which: Choice) => {
    const { at, clock } = meaning[which];
    return t(`drops.choice-${which}`, {
      clock,
      utc: intl.formatTime(at, { timeZone: 'UTC', hourCycle: 'h23' }),
    });
  };
  return (
    <fieldset className="note warning choice">
      <legend>{t(`drops.clock-${meaning.kind}`, { zone: zone.replaceAll('_', ' ') })}</legend>
      {(['earlier', 'later'] as const).map((which) => (
        <label key={which}>
          <input type="radio" name={name} checked={choice === which} onChange={() => onChoose(which)} />
          {told(which)}
        </label>
      ))}
    </fieldset>
  );
}

/** Whether a clock time means two instants and nobody has said which. */
export function isOpenQuestion(local: string, zone: string, choice: Choice | null): boolean {
  const meaning: Meaning | null = local === '' ? null : meaningOf(local, zone);
  return meaning !== null && meaning.kind !== 'one' && choice === null;
}
