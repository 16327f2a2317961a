/** Pages at their addresses. Whoever is not signed in is sent to sign in, and back to where they wanted to. */
import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  type ErrorComponentProps,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { useText } from '../i18n/language.tsx';
import type { PageDefinition } from '../pages/page-definition.ts';
import { ownAddress } from '../session/own-address.ts';
import { takeReturnAddress } from '../session/return-address.ts';
import { sessionQuery } from '../session/session.ts';
import { PageHeader } from '../ui/page-header.tsx';
import { Loading } from '../ui/states.tsx';
import { DropFrame } from './drop-frame.tsx';
import { Frame } from './frame.tsx';
import { guard, PageFault } from './not-for-you.tsx';
import { PublicFrame } from './public-frame.tsx';
import { PAGES } from './registry.ts';

interface Context {
  readonly queries: QueryClient;
}

const root = createRootRouteWithContext<Context>()({
  component: Outlet,
  errorComponent: Broken,
  notFoundComponent: NothingHere,
});

const open = createRoute({ getParentRoute: () => root, id: 'public', component: PublicFrame });

const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  component: Frame,
  async beforeLoad({ context, location }) {
    const session = await context.queries.ensureQueryData(sessionQuery);
    if (!session) throw redirect({ to: '/sign-in', search: { to: location.href } as never });
  },
});

const home = createRoute({
  getParentRoute: () => signedIn,
  path: '/',
  beforeLoad() {
    throw redirect({ to: ownAddress(takeReturnAddress() ?? '/drops') });
  },
});

const oneDrop = createRoute({ getParentRoute: () => signedIn, path: '/drops/$drop', component: DropFrame });

/** What all routes of pages have in common. */
const ofPage = (page: PageDefinition) => ({
  component: lazyRouteComponent(page.load),
  pendingComponent: Loading,
  errorComponent: PageFault,
  beforeLoad: ({ context }: { context: Context }) => guard(page, context.queries),
});

const pagesAt = (...places: readonly string[]) => PAGES.filter(({ at }) => places.includes(at));

const tree = root.addChildren([
  open.addChildren(
    pagesAt('public').map((page) =>
      createRoute({ getParentRoute: () => open, path: page.path, ...ofPage(page) }),
    ),
  ),
  signedIn.addChildren([
    home,
    ...pagesAt('main', 'hidden').map((page) =>
      createRoute({ getParentRoute: () => signedIn, path: page.path, ...ofPage(page) }),
    ),
    oneDrop.addChildren(
      pagesAt('drop').map((page) =>
        createRoute({
          getParentRoute: () => oneDrop,
          path: page.path.replace(/^\/drops\/\$drop/, '') || '/',
          ...ofPage(page),
        }),
      ),
    ),
  ]),
]);

export const createPages = (queries: QueryClient) =>
  createRouter({ routeTree: tree, context: { queries }, defaultPreload: 'intent', scrollRestoration: true });

function Broken(props: ErrorComponentProps) {
  return (
    <main id="main" className="alone">
      <PageFault {...props} />
    </main>
  );
}

function NothingHere() {
  const t = useText();
  return (
    <main id="main" className="alone">
      <PageHeader title={t('shell.nothing-here')} />
      <p>
        <a href="/">{t('shell.to-the-start')}</a>
      </p>
    </main>
  );
}
