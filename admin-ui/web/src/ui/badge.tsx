/** A state in a word, never by colour alone. */
import type { ReactNode } from 'react';

export type Tone = 'neutral' | 'good' | 'warning' | 'danger' | 'accent';

export const Badge = ({
  tone = 'neutral',
  children,
}: {
  readonly tone?: Tone;
  readonly children: ReactNode;
}) => <span className={`badge ${tone}`}>{children}</span>;
