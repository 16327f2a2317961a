/** Signing in: by password and, where there is one, a second factor; by a passkey alone; at the OpenID provider. Goes back to where one wanted to. */
import { Link, useNavigate, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { faultOf } from '../../api/api-fault.ts';
import type { Session } from '../../api/contract.ts';
import { request } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { ownAddress } from '../../session/own-address.ts';
import { hasPasskeys, showPasskey } from '../../session/passkeys.ts';
import { tidyCode } from '../../session/second-factor-codes.ts';
import { useKeepSession } from '../../session/session.ts';
import { Button } from '../../ui/button.tsx';
import { FaultNote } from '../../ui/fault-note.tsx';
import { Form, useSubmit } from '../../ui/form.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { tell } from '../../ui/toasts.tsx';
import { OpenidRefused } from './openid-refused.tsx';
import { OtherWays } from './other-ways.tsx';

type Factor = 'code' | 'passkey';

export default function SignInPage() {
  const t = useText();
  const keep = useKeepSession();
  const navigate = useNavigate();
  const router = useRouter();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  /** What the server would take beside the password; null: it has not asked for anything. */
  const [factors, ask] = useState<readonly Factor[] | null>(null);
  const { to } = router.state.location.search as { to?: unknown };

  const arrive = async (session: Session) => {
    keep(session);
    if (session.failedSignIns > 0) tell(t('sign-in.failed-before', { count: session.failedSignIns }), 'bad');
    await navigate({ to: ownAddress(to) });
  };
  const signIn = async (factor: { readonly code?: string; readonly passkey?: unknown }) => {
    const body = { email, password, ...factor };
    await arrive((await request<Session>('POST', '/api/v1/session', { body, isProof: true })).content);
  };
  const submit = useSubmit(async () => {
    try {
      await signIn(factors ? { code: tidyCode(code) } : {});
    } catch (thrown) {
      const fault = faultOf(thrown);
      if (fault.type !== 'mfa-required') throw fault;
      ask(fault.document.factors as Factor[]);
    }
  });
  const besidePassword = useSubmit(async () => signIn({ passkey: await showPasskey('second-factor') }));

  return (
    <>
      <PageHeader title={t('sign-in.title')} />
      <OpenidRefused />
      {besidePassword.fault && <FaultNote fault={besidePassword.fault} />}
      <Form submit={submit}>
        <TextField
          name="email"
          type="email"
          label={t('sign-in.email')}
          autoComplete="username"
          value={email}
          onChange={setEmail}
          isRequired
        />
        <TextField
          name="password"
          type="password"
          label={t('sign-in.password')}
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
          isRequired
        />
        {factors?.includes('passkey') && hasPasskeys() && (
          <Button
            autoFocus
            variant="primary"
            isPending={besidePassword.isBusy}
            onPress={() => void besidePassword()}
          >
            {t('proof.by-passkey')}
          </Button>
        )}
        {factors && (
          <TextField
            name="code"
            label={t('sign-in.code')}
            help={t(factors.includes('code') ? 'sign-in.code-help' : 'sign-in.recovery-help')}
            autoComplete="one-time-code"
            value={code}
            onChange={setCode}
            isRequired
            autoFocus={!factors.includes('passkey')}
          />
        )}
        <Button
          type="submit"
          variant={factors?.includes('passkey') ? 'plain' : 'primary'}
          isPending={submit.isBusy}
        >
          {t('sign-in.go')}
        </Button>
      </Form>
      {!factors && <OtherWays to={ownAddress(to)} onDone={arrive} />}
      <p className="below">
        <Link to="/forgotten">{t('sign-in.forgotten')}</Link>
      </p>
    </>
  );
}
