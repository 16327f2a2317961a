/** The admin UI begins: words first, then the page that the address asks for. */
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { createQueryClient } from './api/query-client.ts';
import { LanguageProvider, loadMessages } from './i18n/language.tsx';
import { currentLocale } from './i18n/locale.ts';
import { createPages } from './shell/router.tsx';
import './styles/main.css';

const queries = createQueryClient();
const pages = createPages(queries);
const messages = await loadMessages(currentLocale());
const place = document.getElementById('root');
if (!place) throw new Error('the document has no place for the pages');
createRoot(place).render(
  <QueryClientProvider client={queries}>
    <LanguageProvider messages={messages}>
      <RouterProvider router={pages} />
    </LanguageProvider>
  </QueryClientProvider>,
);
