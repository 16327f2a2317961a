/** Figures and spans of time as the screen says them. */
import { useMemo } from 'react';
import { useIntl } from 'react-intl';

/** What nobody knows; never a 0. */
export const UNKNOWN = '–';

export interface Words {
  count(value: number | null | undefined): string;
  /** One digit below ten. */
  perSecond(value: number | null | undefined): string;
  share(value: number | null | undefined): string;
  ms(value: number | null | undefined): string;
  /** By the clock, with seconds, in the zone of the drop. */
  clock(at: number | string): string;
  /** With the name of the zone, and in UTC. */
  clocks(at: number | string): string;
}

export function useWords(zone: string): Words {
  const intl = useIntl();
  return useMemo(() => {
    const known = (value: number | null | undefined, say: (value: number) => string) =>
      value === null || value === undefined ? UNKNOWN : say(value);
    return {
      count: (value) => known(value, (one) => intl.formatNumber(one)),
      perSecond: (value) =>
        known(value, (one) => intl.formatNumber(one, { maximumFractionDigits: Math.abs(one) < 10 ? 1 : 0 })),
      share: (value) =>
        known(value, (one) => intl.formatNumber(one, { style: 'percent', maximumFractionDigits: 1 })),
      ms: (value) =>
        known(value, (one) =>
          one < 1000
            ? `${intl.formatNumber(Math.round(one))} ms`
            : `${intl.formatNumber(one / 1000, { maximumFractionDigits: 1 })} s`,
        ),
      clock: (at) =>
        intl.formatTime(new Date(at), {
          ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
          ...{ hourCycle: 'h23', timeZone: zone },
        } as Intl.DateTimeFormatOptions),
      clocks(at) {
        const inZone = intl.formatTime(new Date(at), {
          ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
          ...{ hourCycle: 'h23', timeZone: zone, timeZoneName: 'short' },
        } as Intl.DateTimeFormatOptions);
        return zone === 'UTC' ? inZone : `${inZone}, ${new Date(at).toISOString().slice(11, 19)} UTC`;
      },
    };
  }, [intl, zone]);
}

/** `1:02:03`, `4:09`; of what is over `0:00`. */
export function spanOf(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const two = (value: number) => String(value).padStart(2, '0');
  const rest = `${two(seconds % 60)}`;
  if (hours >= 48) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}
