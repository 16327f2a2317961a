/** Around every page of somebody who is signed in: who, where to, and whether the control plane answers. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, Navigate, Outlet, useNavigate, useRouter, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { request } from '../api/request.ts';
import { useText } from '../i18n/language.tsx';
import { mayVisit } from '../session/may-visit.ts';
import { ProofDialog } from '../session/proof-dialog.tsx';
import { sessionQuery, useKeepSession, useSession } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { Toasts } from '../ui/toasts.tsx';
import { ContactNote } from './contact-note.tsx';
import { Preferences } from './preferences.tsx';
import { PAGES } from './registry.ts';

/** No page is shown to nobody: whose session has ended in the midst of one goes to the sign-in, and comes back there. */
export function Frame() {
  const { data: session } = useQuery(sessionQuery);
  return session ? <SignedIn /> : <SignedOut />;
}

function SignedOut() {
  const { state } = useRouter();
  const [from] = useState(state.location);
  // On the way there already: a request that was refused has sent them.
  return from.pathname === '/sign-in' ? null : <Navigate to="/sign-in" search={{ to: from.href } as never} />;
}

function SignedIn() {
  const t = useText();
  const [isOpen, open] = useState(false);
  const path = useRouterState({ select: ({ location }) => location.pathname });
  useFocusOnArrival(path);
  // biome-ignore lint/correctness/useExhaustiveDependencies: wherever one goes from the menu, it is in the way there
  useEffect(() => open(false), [path]);
  return (
    <>
      <a className="skip-link" href="#main">
        {t('shell.skip')}
      </a>
      <div className="frame">
        <header className={isOpen ? 'sidebar open' : 'sidebar'}>
          <div className="bar">
            <Link to="/" className="brand">
              <img src="/icon.svg" alt="" width="24" height="24" /> Sluice
            </Link>
            <Button
              variant="quiet"
              aria-expanded={isOpen}
              aria-controls="navigation"
              onPress={() => open(!isOpen)}
            >
              {t('shell.menu')}
            </Button>
          </div>
          <div className="drawer" id="navigation">
            <Navigation />
            <Me />
          </div>
        </header>
        <main id="main" tabIndex={-1} aria-label={t('shell.content')}>
          <ContactNote />
          <SecondFactorNote />
          <Outlet />
        </main>
      </div>
      <ProofDialog />
      <Toasts />
    </>
  );
}

/** After going to another page the focus is there, as it would be in another document; the first keeps its own. */
function useFocusOnArrival(path: string): void {
  const last = useRef(path);
  useEffect(() => {
    if (last.current === path) return;
    last.current = path;
    document.getElementById('main')?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [path]);
}

function Navigation() {
  const t = useText();
  const session = useSession();
  const pages = PAGES.filter((page) => page.at === 'main' && mayVisit(page, session));
  return (
    <nav aria-label={t('shell.navigation')}>
      <ul>
        {pages.map(({ path, label }) => (
          <li key={path}>
            <Link to={path}>{t(label)}</Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Me() {
  const t = useText();
  const { account } = useSession();
  const keep = useKeepSession();
  const navigate = useNavigate();
  const signOut = useMutation({
    mutationFn: () => request('DELETE', '/api/v1/session', { isProof: true }),
    // Whoever wants to leave has left, for this browser, whatever the server could be told.
    async onSettled() {
      await navigate({ to: '/sign-in' });
      keep(null);
    },
  });
  return (
    <div className="me">
      <Preferences />
      <Link to="/account" className="who">
        <span>{account.name}</span>
        <span className="role">{t(`role.${account.role}`)}</span>
      </Link>
      <Button variant="quiet" isPending={signOut.isPending} onPress={() => signOut.mutate()}>
        {t('shell.sign-out')}
      </Button>
    </div>
  );
}

/** Why nothing can be changed, before somebody tries to. */
function SecondFactorNote() {
  const t = useText();
  const { hasMfa } = useSession();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  if (hasMfa || path === '/account') return null;
  return (
    <p className="note warning">
      <span>{t('shell.no-second-factor')}</span> <Link to="/account">{t('proof.go-set-up')}</Link>
    </p>
  );
}
