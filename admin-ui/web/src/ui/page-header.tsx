/** The heading of a page, which is the title of the window too, and what can be done there. */
import { type ReactNode, useEffect } from 'react';

export interface PageHeaderProps {
  readonly title: string;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
  /** Below the heading of another page, such as that of a drop. */
  readonly level?: 1 | 2;
}

export function PageHeader({ title, children, actions, level = 1 }: PageHeaderProps) {
  useEffect(() => {
    document.title = `${title} · Sluice`;
  }, [title]);
  const Heading = `h${level}` as const;
  return (
    <div className="page-header">
      <div>
        <Heading>{title}</Heading>
        {children && <p className="lead">{children}</p>}
      </div>
      {actions && <div className="actions">{actions}</div>}
    </div>
  );
}
