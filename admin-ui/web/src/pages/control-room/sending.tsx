/** That an act is on its way: whoever pressed a key hears that it was heard, also when the answer takes long. */
import { useEffect, useState } from 'react';
import { useText } from '../../i18n/language.tsx';

/** What is answered sooner does not flicker. */
const QUIET_MS = 300;

export function Sending({ isBusy }: { readonly isBusy: boolean }) {
  const t = useText();
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    setLong(false);
    if (!isBusy) return;
    const timer = setTimeout(() => setLong(true), QUIET_MS);
    return () => clearTimeout(timer);
  }, [isBusy]);
  return (
    <p className="undoing" role="status">
      {isBusy && isLong && t('control.sending')}
    </p>
  );
}
