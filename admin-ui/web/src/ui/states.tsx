/** What a place shows that has nothing to show: not yet, nothing, or not to be had. */
import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { type ApiFault, faultOf } from '../api/api-fault.ts';
import { useIsContactLost } from '../api/contact.ts';
import { useText } from '../i18n/language.tsx';
import { Button } from './button.tsx';
import { FaultNote } from './fault-note.tsx';
import { Age } from './moment.tsx';
import { PageHeader } from './page-header.tsx';

/** What comes sooner than this does not flicker. */
const QUIET_MS = 200;

export function Loading({ lines = 3 }: { readonly lines?: number }) {
  const t = useText();
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), QUIET_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!isLate) return null;
  return (
    <div className="loading" role="status">
      <span className="unseen">{t('ui.loading')}</span>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they have nothing else, and never change
        <span key={line} className="bone" aria-hidden="true" />
      ))}
    </div>
  );
}

export interface EmptyProps {
  readonly title: string;
  readonly children?: ReactNode;
  /** What to do about it. */
  readonly action?: ReactNode;
}

export function Empty({ title, children, action }: EmptyProps) {
  return (
    <div className="empty">
      <p className="title">{title}</p>
      {children && <p>{children}</p>}
      {action}
    </div>
  );
}

export function Failed({ fault, onRetry }: { readonly fault: ApiFault; onRetry?(): void }) {
  const t = useText();
  return (
    <div className="failed">
      <FaultNote fault={fault} />
      {onRetry && <Button onPress={onRetry}>{t('ui.retry')}</Button>}
    </div>
  );
}

export interface AnsweredProps<T> {
  readonly query: UseQueryResult<T>;
  readonly lines?: number;
  /** Of the page, as long as its content can not say what it is. */
  readonly heading?: string;
  /** What stands in it says itself how old it is. */
  readonly isAgeTold?: boolean;
  readonly children: (content: T) => ReactNode;
}

/**
 * The answer of a query in whichever state it is. What is old because it could not be asked for again stays, and says
 * how old it is.
 */
export function Answered<T>({ query, lines, heading, isAgeTold = false, children }: AnsweredProps<T>) {
  const t = useText();
  const { data, error, dataUpdatedAt, refetch } = query;
  const isContactLost = useIsContactLost();
  if (data === undefined)
    return (
      <>
        {heading !== undefined && <PageHeader title={heading} />}
        {error ? (
          <Failed fault={faultOf(error)} onRetry={() => void refetch()} />
        ) : (
          <Loading {...(lines !== undefined && { lines })} />
        )}
      </>
    );
  return (
    <>
      {(error || isContactLost) && !isAgeTold && (
        <p className="note warning as-of" role="status">
          {t('ui.old')} <Age of={new Date(dataUpdatedAt)} />
        </p>
      )}
      {children(data)}
    </>
  );
}
