/** Setting a password by a one-time link: the first owner, an invitation, a reset. The token stands behind #, where no server sees it. */

import { useState } from 'react';
import { request } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Form, useSubmit } from '../../ui/form.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { TextField } from '../../ui/text-field.tsx';

export default function EnrolPage() {
  const t = useText();
  const [token] = useState(() => location.hash.slice(1));
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [isFirst, becomeFirst] = useState(false);
  const [isDone, finish] = useState(false);
  const submit = useSubmit(async () => {
    const body = { token, password, ...(isFirst && { email, name: name || email }) };
    try {
      await request('POST', '/api/v1/enrolment', { body, isProof: true });
      finish(true);
    } catch (thrown) {
      // Only the link of the first owner has no address yet; nothing else tells them apart.
      if (!isFirst && JSON.stringify((thrown as { fields?: unknown }).fields ?? []).includes('body.email'))
        becomeFirst(true);
      else throw thrown;
    }
  });

  if (token === '')
    return (
      <>
        <PageHeader title={t('enrol.title')} />
        <p className="note danger">{t('enrol.no-token')}</p>
      </>
    );
  if (isDone)
    return (
      <>
        <PageHeader title={t('enrol.done')} />
        <p>{t('enrol.done-lead')}</p>
        <ButtonLink variant="primary" to="/sign-in">
          {t('sign-in.title')}
        </ButtonLink>
      </>
    );
  return (
    <>
      <PageHeader title={t('enrol.title')}>{t('enrol.lead')}</PageHeader>
      <Form submit={submit}>
        {isFirst && (
          <>
            <p className="note">{t('enrol.first-owner')}</p>
            <TextField
              name="name"
              label={t('enrol.name')}
              autoComplete="name"
              value={name}
              onChange={setName}
            />
            <TextField
              name="email"
              type="email"
              label={t('sign-in.email')}
              autoComplete="username"
              value={email}
              onChange={setEmail}
              isRequired
              autoFocus
            />
          </>
        )}
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
        <Button type="submit" variant="primary" isPending={submit.isBusy}>
          {t('enrol.go')}
        </Button>
      </Form>
    </>
  );
}
