/**
 * What every browser test of the admin UI stands on, started once for a file: the real control plane with its stores and
 * the checkout, the built pages, one Chromium, and people of each role who are signed in.
 */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, vi } from 'vitest';
import { buildWeb } from '../../../../../scripts/lib/build-web.mjs';
import { launchChromium } from '../../../../../scripts/lib/launch-chromium.mjs';
import {
  startTestControlPlane,
  type TestControlPlane,
  type TestControlPlaneOptions,
} from '../../../../server/test/support/control-plane.ts';
import { type Person, startPerson } from '../../../../server/test/support/people.ts';

type Role = 'owner' | 'merchant' | 'operator' | 'viewer';

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly person: Person | null;
  /** What the page did wrong: exceptions, errors in the console, breaches of the policy. Must stay empty. */
  readonly faults: string[];
}

export interface VisitOptions extends BrowserContextOptions {
  /** Whose browser it is; without it nobody is signed in. */
  readonly as?: Role;
  /** Without a second factor. */
  readonly withoutMfa?: boolean;
  /** The only drops that person may see. */
  readonly drops?: string[];
  /** First address. */
  readonly at?: string;
  /** Another instance of the control plane to go to. */
  readonly from?: string;
  readonly width?: number;
  readonly theme?: 'light' | 'dark';
}

export interface Stage {
  readonly admin: TestControlPlane;
  readonly origin: string;
  /** Opens a browser of its own, in English and UTC unless told otherwise. */
  visit(options?: VisitOptions): Promise<Visit>;
}

/** @param options `withRoom`: with a room that shoppers can come to */
export function setStage(options: TestControlPlaneOptions = {}): Stage {
  vi.setConfig({ testTimeout: 300_000, hookTimeout: 180_000 });
  let browser: Browser;
  let admin: TestControlPlane;
  const contexts: BrowserContext[] = [];
  const people = new Map<string, Promise<Person>>();

  beforeAll(async () => {
    [admin, browser] = await Promise.all([
      buildWeb().then(() => startTestControlPlane(options)),
      launchChromium(),
    ]);
  });
  afterAll(async () => {
    await Promise.all(contexts.map((context) => context.close()));
    await browser?.close();
    await admin?.close();
  });

  /** The same person again for the same role: signing in costs a password hash. */
  function personFor({ as, withoutMfa = false, drops }: VisitOptions): Promise<Person> | null {
    if (!as) return null;
    const key = JSON.stringify([as, withoutMfa, drops]);
    const known = people.get(key) ?? startPerson(admin, as, { mfa: !withoutMfa, drops: drops ?? null });
    people.set(key, known);
    return known;
  }

  return {
    get admin() {
      return admin;
    },
    get origin() {
      return new URL(admin.url).origin;
    },
    async visit(options = {}) {
      const {
        as: _as,
        withoutMfa: _mfa,
        drops: _drops,
        at = '/',
        from = admin.url,
        width = 1280,
        theme,
        ...more
      } = options;
      const person = await personFor(options);
      const context = await browser.newContext({
        locale: 'en-GB',
        timezoneId: 'UTC',
        viewport: { width, height: width < 600 ? 720 : 860 },
        colorScheme: theme ?? 'light',
        reducedMotion: 'reduce',
        ...more,
      });
      contexts.push(context);
      // Against hanging: in CI two cores run a load test beside.
      context.setDefaultTimeout(60_000);
      if (person)
        await context.addCookies([...person.jar].map(([name, value]) => ({ name, value, url: from })));
      const page = await context.newPage();
      const faults: string[] = [];
      page.on('pageerror', (error) => faults.push(String(error)));
      page.on('console', (message) => {
        // Chromium tells refused requests as errors, too; what they mean is on the screen.
        if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
          faults.push(message.text());
      });
      await page.goto(new URL(at, from).href);
      return { page, context, person, faults };
    },
  };
}
