/** Why the way over the OpenID provider led back here: the server says it in the address (`?refused=<type>`). */
import { useRouterState } from '@tanstack/react-router';
import { ApiFault } from '../../api/api-fault.ts';
import { useText } from '../../i18n/language.tsx';
import { FaultNote } from '../../ui/fault-note.tsx';

export function OpenidRefused() {
  const t = useText();
  const { refused } = useRouterState({ select: ({ location }) => location.search }) as { refused?: unknown };
  if (typeof refused !== 'string') return null;
  if (refused === 'sign-in-refused')
    return (
      <p className="note danger" role="alert">
        {t('sign-in.openid-refused')}
      </p>
    );
  // Whatever else stands there, only words of our own are shown.
  return <FaultNote fault={new ApiFault(400, { type: refused })} />;
}
