/** Around every page of one drop: which, what it is doing, and its other pages. */
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useParams } from '@tanstack/react-router';
import type { Drop } from '../api/contract.ts';
import { dropQuery } from '../api/drops.ts';
import { useText } from '../i18n/language.tsx';
import { useMay } from '../session/session.ts';
import { Moment } from '../ui/moment.tsx';
import { PhaseBadge } from '../ui/phase-badge.tsx';
import { Answered } from '../ui/states.tsx';
import { PAGES } from './registry.ts';

/** What it is doing changes by itself, at the opening at the latest. */
const REFRESH_MS = 5_000;

export function DropFrame() {
  const { drop: id = '' } = useParams({ strict: false });
  const query = useQuery({ ...dropQuery(id), refetchInterval: REFRESH_MS });
  return <Answered query={query}>{(drop) => <Framed drop={drop} />}</Answered>;
}

function Framed({ drop }: { readonly drop: Drop }) {
  const t = useText();
  const may = useMay();
  const pages = PAGES.filter(({ at, needs }) => at === 'drop' && (needs === undefined || may(needs)));
  return (
    <>
      <div className="drop-header">
        <h1>{drop.name}</h1>
        <PhaseBadge phase={drop.phase} />
        <p>
          {t('shell.opens')} <Moment at={drop.opensAt} zone={drop.timeZone} />
        </p>
      </div>
      <nav className="tabs" aria-label={t('shell.of-this-drop')}>
        <ul>
          {pages.map(({ path, label }) => (
            <li key={path}>
              <Link to={path} params={{ drop: drop.id } as never} activeOptions={{ exact: true }}>
                {t(label)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <Outlet />
    </>
  );
}
