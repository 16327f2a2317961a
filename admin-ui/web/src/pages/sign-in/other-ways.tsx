/** Signing in without a password: by a passkey that knows its holder, or at the organisation's OpenID provider. */
import { useQuery } from '@tanstack/react-query';
import type { Session } from '../../api/contract.ts';
import { request } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { hasPasskeys, showPasskey } from '../../session/passkeys.ts';
import { keepReturnAddress } from '../../session/return-address.ts';
import { signInWaysQuery } from '../../session/session.ts';
import { Button } from '../../ui/button.tsx';
import { FaultNote } from '../../ui/fault-note.tsx';
import { useSubmit } from '../../ui/form.tsx';

export interface OtherWaysProps {
  /** Where somebody wanted to. */
  readonly to: string;
  onDone(session: Session): Promise<void>;
}

export function OtherWays({ to, onDone }: OtherWaysProps) {
  const t = useText();
  const { data: ways } = useQuery(signInWaysQuery);
  const byPasskey = useSubmit(async () => {
    const passkey = await showPasskey('sign-in');
    const body = { passkey };
    await onDone(
      (await request<Session>('POST', '/api/v1/passkey-session', { body, isProof: true })).content,
    );
  });
  if (!hasPasskeys() && !ways?.openid) return null;
  return (
    <div className="other-ways">
      <p className="or">{t('sign-in.or')}</p>
      {byPasskey.fault && <FaultNote fault={byPasskey.fault} />}
      {hasPasskeys() && (
        <Button isPending={byPasskey.isBusy} onPress={() => void byPasskey()}>
          {t('sign-in.by-passkey')}
        </Button>
      )}
      {ways?.openid && (
        // Leaves the application: the server knows where the provider is.
        <a className="button plain" href="/api/v1/oidc/sign-in" onClick={() => keepReturnAddress(to)}>
          {t('sign-in.by-openid', { host: ways.openid.host })}
        </a>
      )}
    </div>
  );
}
