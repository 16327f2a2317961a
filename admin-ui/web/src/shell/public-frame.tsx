/** Around the pages of whoever is not signed in. */
import { Outlet } from '@tanstack/react-router';
import { Toasts } from '../ui/toasts.tsx';
import { ContactNote } from './contact-note.tsx';
import { Preferences } from './preferences.tsx';

export function PublicFrame() {
  return (
    <div className="public">
      <main id="main" tabIndex={-1}>
        <p className="brand">
          <img src="/icon.svg" alt="" width="28" height="28" /> Sluice
        </p>
        <ContactNote />
        <div className="card">
          <Outlet />
        </div>
      </main>
      <footer>
        <Preferences />
      </footer>
      <Toasts />
    </div>
  );
}
