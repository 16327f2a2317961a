/** Light, dark, or as the system is; kept in the browser. `public/theme.js` applies it before the first paint. */

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEPT_AS = 'sluice.theme';

export function currentTheme(): Theme {
  const kept = localStorage.getItem(KEPT_AS);
  return THEMES.find((known) => known === kept) ?? 'system';
}

export function chooseTheme(theme: Theme): void {
  localStorage.setItem(KEPT_AS, theme);
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
