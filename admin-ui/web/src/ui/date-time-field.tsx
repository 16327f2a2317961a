/** A date and a clock time, by typing each part or from a calendar; what zone they are in is said beside it. */
import { CalendarDateTime, parseDateTime } from '@internationalized/date';
import {
  Button,
  Calendar,
  CalendarCell,
  CalendarGrid,
  CalendarGridBody,
  CalendarGridHeader,
  CalendarHeaderCell,
  DateInput,
  DatePicker,
  DateSegment,
  Dialog,
  FieldError,
  Group,
  Heading,
  I18nProvider,
  Label,
  Popover,
  Text,
} from 'react-aria-components';
import { useIntl } from 'react-intl';
import { useText } from '../i18n/language.tsx';
import { useMendable, useReasonFor } from './form.tsx';
import './date-time-field.css';

export interface DateTimeFieldProps {
  readonly name: string;
  readonly label: string;
  /** `2026-12-01T18:00`; '' for none. */
  readonly value: string;
  onChange(value: string): void;
  readonly help?: string;
  readonly isRequired?: boolean;
  readonly isDisabled?: boolean;
}

export function DateTimeField(props: DateTimeFieldProps) {
  const { name, label, value, onChange, help, isRequired = false, isDisabled = false } = props;
  const t = useText();
  const { locale } = useIntl();
  // The server speaks of the instant where the clock time means one.
  const { reason, mend } = useMendable(useReasonFor(name, name.replace(/Local$/, '')));
  return (
    <I18nProvider locale={locale}>
      <DatePicker
        className="field date-time"
        granularity="minute"
        hourCycle={24}
        hideTimeZone
        shouldForceLeadingZeros
        value={value === '' ? null : parseDateTime(value)}
        onChange={(at) => {
          mend();
          onChange(at instanceof CalendarDateTime ? at.toString().slice(0, 16) : '');
        }}
        isInvalid={reason !== undefined}
        isDisabled={isDisabled}
        validationBehavior="aria"
      >
        <Label>
          {label}
          {!isRequired && <span className="optional">{t('ui.optional')}</span>}
        </Label>
        {help && (
          <Text slot="description" className="help">
            {help}
          </Text>
        )}
        <Group className="input date-group">
          <DateInput className="date-input">
            {(segment) => <DateSegment segment={segment} className="segment" />}
          </DateInput>
          <Button className="button quiet" aria-label={t('ui.calendar')}>
            <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" className="icon">
              <path d="M2 4h12v10H2zM2 7h12M5 2v3M11 2v3" />
            </svg>
          </Button>
        </Group>
        <FieldError className="fault">{reason}</FieldError>
        <Popover className="popover">
          <Dialog className="calendar">
            <Calendar>
              <header>
                <Button slot="previous" className="button quiet">
                  <span aria-hidden="true">‹</span>
                </Button>
                <Heading level={3} />
                <Button slot="next" className="button quiet">
                  <span aria-hidden="true">›</span>
                </Button>
              </header>
              <CalendarGrid>
                <CalendarGridHeader>
                  {(day) => <CalendarHeaderCell>{day}</CalendarHeaderCell>}
                </CalendarGridHeader>
                <CalendarGridBody>{(date) => <CalendarCell date={date} className="day" />}</CalendarGridBody>
              </CalendarGrid>
            </Calendar>
          </Dialog>
        </Popover>
      </DatePicker>
    </I18nProvider>
  );
}
