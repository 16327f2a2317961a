/** Why somebody sees no half of a page: who may not is told so, and the server refuses them anyway. */
import type { QueryClient } from '@tanstack/react-query';
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { faultOf } from '../api/api-fault.ts';
import { useText } from '../i18n/language.tsx';
import type { PageDefinition } from '../pages/page-definition.ts';
import { mayVisit } from '../session/may-visit.ts';
import { sessionQuery } from '../session/session.ts';
import { PageHeader } from '../ui/page-header.tsx';
import { Failed } from '../ui/states.tsx';

/** An answer, not a fault: nothing of it is logged (main.tsx). */
export class NotForYou extends Error {
  readonly label: string;
  constructor(label: string) {
    super(label);
    this.label = label;
  }
}

/** @throws NotForYou before anything of the page is loaded */
export function guard(page: PageDefinition, queries: QueryClient): void {
  const session = queries.getQueryData(sessionQuery.queryKey);
  if (page.needs !== undefined && !(session && mayVisit(page, session))) throw new NotForYou(page.label);
}

/** In the place of a page that is not to be had. */
export function PageFault({ error, reset }: ErrorComponentProps) {
  const t = useText();
  const router = useRouter();
  if (error instanceof NotForYou)
    return (
      <>
        <PageHeader title={t(error.label)} />
        <p className="note warning">{t('shell.not-for-you')}</p>
      </>
    );
  const again = () => {
    // A page that broke, or whose code was replaced by a newer build, starts from nothing.
    if (faultOf(error).status < 0) location.reload();
    else {
      reset();
      void router.invalidate();
    }
  };
  return (
    <>
      <PageHeader title={t('shell.page-failed')} />
      <Failed fault={faultOf(error)} onRetry={again} />
    </>
  );
}
