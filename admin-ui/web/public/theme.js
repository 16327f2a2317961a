// The theme somebody chose, before anything is painted; src/shell/theme.ts keeps it.
(() => {
  const theme = localStorage.getItem('sluice.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
})();
