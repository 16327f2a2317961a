/** What shoppers see of a drop, for whoever only reads it. */
import { useIntl } from 'react-intl';
import type { Drop } from '../../api/contract.ts';
import { useText } from '../../i18n/language.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Section } from '../../ui/section.tsx';
import { LogoImage, useLogo } from './logo-now.tsx';

const NOTHING = '–';

export function LookFacts({ drop }: { readonly drop: Drop }) {
  const t = useText();
  const intl = useIntl();
  const { message, showStock, theme, returnOrigins, defaultReturnTo } = drop.page;
  const languages = new Intl.DisplayNames(intl.locale, { type: 'language' });
  const messages = Object.entries(message).filter(([, text]) => text.trim() !== '');
  return (
    <Section title={t('drops.look-facts')}>
      <Facts
        facts={[
          ...(messages.length === 0 ? [[t('drops.message'), NOTHING] as const] : []),
          ...messages.map(
            ([code, text]) =>
              [
                `${t('drops.message')} (${languages.of(code)})`,
                <span key={code} lang={code}>
                  {text}
                </span>,
              ] as const,
          ),
          [t('drops.show-stock'), t(`policy.word-${String(showStock)}`)],
          [
            t('drops.colours'),
            theme ? <Colours key="colours" theme={theme} /> : t('drops.colours-of-the-room'),
          ],
          [t('drops.logo'), <LogoNow key="logo" drop={drop} />],
          [t('drops.origins'), returnOrigins.length === 0 ? NOTHING : intl.formatList(returnOrigins)],
          [t('drops.shop'), defaultReturnTo ?? NOTHING],
        ]}
      />
    </Section>
  );
}

function Colours({ theme }: { readonly theme: NonNullable<Drop['page']['theme']> }) {
  const t = useText();
  return (
    <ul className="swatches">
      {(['accent', 'background', 'text'] as const).map((name) => (
        <li key={name}>
          <span className="swatch" style={{ backgroundColor: theme[name] }} aria-hidden />
          {t(`drops.colour-${name}`)} <code>{theme[name]}</code>
        </li>
      ))}
    </ul>
  );
}

function LogoNow({ drop }: { readonly drop: Drop }) {
  const logo = useLogo(drop.id).data?.logo;
  return logo ? <LogoImage drop={drop.id} logo={logo} /> : NOTHING;
}
