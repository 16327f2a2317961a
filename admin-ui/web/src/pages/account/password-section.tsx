/** Another password: every session ends, this one too. */
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { request } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { useKeepSession, useSession } from '../../session/session.ts';
import { Button } from '../../ui/button.tsx';
import { Form, useSubmit } from '../../ui/form.tsx';
import { Section } from '../../ui/section.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { tell } from '../../ui/toasts.tsx';

export function PasswordSection() {
  const t = useText();
  const { account } = useSession();
  const keep = useKeepSession();
  const navigate = useNavigate();
  const [password, setPassword] = useState('');
  const submit = useSubmit(async () => {
    await request('PUT', '/api/v1/password', { body: { password } });
    tell(t('account.password-changed'));
    await navigate({ to: '/sign-in' });
    keep(null);
  });
  return (
    <Section title={t('account.password')} lead={t('account.password-lead')}>
      <Form submit={submit}>
        <input type="text" name="username" autoComplete="username" value={account.email} readOnly hidden />
        <TextField
          name="password"
          type="password"
          label={t('enrol.password')}
          help={t('enrol.password-help')}
          autoComplete="new-password"
          value={password}
          onChange={setPassword}
          isRequired
        />
        <div className="actions">
          <Button type="submit" isPending={submit.isBusy}>
            {t('account.change-password')}
          </Button>
        </div>
      </Form>
    </Section>
  );
}
