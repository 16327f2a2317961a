/** The logo that a drop's page has now, and how far the one that was sent last has come. */
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { LogoState } from '../../api/contract.ts';
import { read } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';

/** Re-encoding takes a moment. */
const REFRESH_MS = 1_000;

export const logoAddress = (drop: string): string => `/api/v1/drops/${drop}/logo`;
export const logoKey = (drop: string) => ['logo', drop] as const;

export const useLogo = (drop: string): UseQueryResult<LogoState> =>
  useQuery({
    queryKey: logoKey(drop),
    queryFn: ({ signal }) => read<LogoState>(logoAddress(drop), signal),
    refetchInterval: ({ state }) => (state.data?.status === 'pending' ? REFRESH_MS : false),
  });

export interface LogoImageProps {
  readonly drop: string;
  readonly logo: NonNullable<LogoState['logo']>;
}

/** As shoppers see it: at half of its pixels. */
export function LogoImage({ drop, logo }: LogoImageProps) {
  const t = useText();
  return (
    <img
      src={`${logoAddress(drop)}/image?${new URLSearchParams({ of: logo.hash })}`}
      alt={t('drops.logo-now')}
      width={logo.width / 2}
      height={logo.height / 2}
    />
  );
}
