/** Signing in: address and password, then the code when there is a second factor. Goes back to where one wanted to. */
import { Link, useNavigate, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { faultOf } from '../../api/api-fault.ts';
import type { Session } from '../../api/contract.ts';
import { request } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { tidyCode } from '../../session/second-factor-codes.ts';
import { useKeepSession } from '../../session/session.ts';
import { Button } from '../../ui/button.tsx';
import { Form, useSubmit } from '../../ui/form.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { tell } from '../../ui/toasts.tsx';
import { ownAddress } from './own-address.ts';

export default function SignInPage() {
  const t = useText();
  const keep = useKeepSession();
  const navigate = useNavigate();
  const router = useRouter();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [asksCode, askCode] = useState(false);

  const submit = useSubmit(async () => {
    try {
      const body = { email, password, ...(asksCode && { code: tidyCode(code) }) };
      const { content } = await request<Session>('POST', '/api/v1/session', { body, isProof: true });
      keep(content);
      if (content.failedSignIns > 0)
        tell(t('sign-in.failed-before', { count: content.failedSignIns }), 'bad');
      const { to } = router.state.location.search as { to?: unknown };
      await navigate({ to: ownAddress(to) });
    } catch (thrown) {
      const fault = faultOf(thrown);
      if (fault.type !== 'mfa-required') throw fault;
      askCode(true);
    }
  });

  return (
    <>
      <PageHeader title={t('sign-in.title')} />
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
        {asksCode && (
          <TextField
            name="code"
            label={t('sign-in.code')}
            help={t('sign-in.code-help')}
            autoComplete="one-time-code"
            value={code}
            onChange={setCode}
            isRequired
            autoFocus
          />
        )}
        <Button type="submit" variant="primary" isPending={submit.isBusy}>
          {t('sign-in.go')}
        </Button>
      </Form>
      <p className="below">
        <Link to="/forgotten">{t('sign-in.forgotten')}</Link>
      </p>
    </>
  );
}
