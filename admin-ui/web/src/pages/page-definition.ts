/** What a page says about itself; `shell/` makes routes and navigation of it. */
import type { ComponentType } from 'react';
import type { Permission } from '../api/contract.ts';

export interface PageDefinition {
  /** From the root: `/audit`, `/drops/$drop/report`. */
  readonly path: string;
  /**
   * `public`: for whoever is not signed in; `main`: in the navigation; `drop`: a tab of one drop; `hidden`: signed in,
   * reached by links of other pages.
   */
  readonly at: 'public' | 'main' | 'drop' | 'hidden';
  /** Id of the message that names it in the navigation. */
  readonly label: string;
  /** Where it stands among those of its kind, low first. */
  readonly order: number;
  /** Who may not is not shown it, and told so when they come by its address. */
  readonly needs?: Permission;
  /** Its own chunk: default export is the page. */
  readonly load: () => Promise<{ readonly default: ComponentType }>;
}
