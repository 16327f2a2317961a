/** The admin UI begins: words first, then the page that the address asks for. */
// First of all: it says in which order the layers lie, before any component names one of them.
import './styles/main.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { createQueryClient } from './api/query-client.ts';
import { LanguageProvider, loadMessages } from './i18n/language.tsx';
import { currentLocale } from './i18n/locale.ts';
import { NotForYou } from './shell/not-for-you.tsx';
import { createPages } from './shell/router.tsx';

const queries = createQueryClient();
const pages = createPages(queries);
const messages = await loadMessages(currentLocale());
const place = document.getElementById('root');
if (!place) throw new Error('the document has no place for the pages');
createRoot(place, {
  onCaughtError(error) {
    if (!(error instanceof NotForYou)) console.error(error);
  },
}).render(
  <QueryClientProvider client={queries}>
    <LanguageProvider messages={messages}>
      <RouterProvider router={pages} />
    </LanguageProvider>
  </QueryClientProvider>,
);
