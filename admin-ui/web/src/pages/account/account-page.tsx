/** What belongs to whoever is signed in: second factor, recovery codes, password, open sessions. */
import { useText } from '../../i18n/language.tsx';
import { useSession } from '../../session/session.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { OpenSessions } from './open-sessions.tsx';
import { PasskeysSection } from './passkeys-section.tsx';
import { PasswordSection } from './password-section.tsx';
import { SecondFactorSection } from './second-factor-section.tsx';

export default function AccountPage() {
  const t = useText();
  const { account } = useSession();
  return (
    <>
      <PageHeader title={t('account.title')}>
        {account.name} · {account.email} · {t(`role.${account.role}`)}
      </PageHeader>
      <SecondFactorSection />
      <PasskeysSection />
      <PasswordSection />
      <OpenSessions />
    </>
  );
}
