/** Buttons, and links that look like one. */
import { Link, type LinkProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components';
import { useText } from '../i18n/language.tsx';

export type Variant = 'plain' | 'primary' | 'danger' | 'quiet';

export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'style' | 'children'> {
  readonly variant?: Variant;
  readonly children: ReactNode;
}

/** `isPending` keeps it where it is and in the focus, says that it works, and presses nothing. */
export function Button({ variant = 'plain', isPending = false, onPress, children, ...props }: ButtonProps) {
  const t = useText();
  return (
    <AriaButton
      {...props}
      {...(onPress && !isPending && { onPress })}
      className={isPending ? `button ${variant} pending` : `button ${variant}`}
    >
      {children}
      {isPending && <span className="spinner" role="img" aria-label={t('ui.working')} />}
    </AriaButton>
  );
}

/** Goes somewhere instead of doing something: `to`, `params` and `search` as of any link of the router. */
export const ButtonLink = ({ variant = 'plain', ...props }: LinkProps & { readonly variant?: Variant }) => (
  <Link {...props} className={`button ${variant}`} />
);
