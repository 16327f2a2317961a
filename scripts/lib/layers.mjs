// @ts-check
// The architecture as data: which layer of a service may load which, who may hold which driver, and which workspace
// may load which. `npm run check` holds the tree to it; what a rule forbids is told with the way out.

/**
 * Layers of a service from left to right: one loads only what is further left, or its own folder. The number is the
 * column; layers of one column do not load each other.
 * @type {Readonly<Record<string, number>>}
 */
export const LAYERS = {
  domain: 0,
  config: 1,
  'rate-limits': 1,
  contract: 1,
  queue: 1,
  store: 1,
  snapshots: 1,
  projection: 1,
  migrate: 1,
  admission: 2,
  jobs: 2,
  payments: 2,
  outbox: 2,
  clients: 2,
  crowd: 2,
  page: 2,
  acts: 3,
  accounts: 3,
  plugins: 4,
  routes: 5,
  app: 6,
  start: 7,
  reconcile: 7,
  'verify-audit': 7,
  gc: 7,
  'break-glass': 7,
  server: 8,
  // Of the admin UI's browser side, which has `domain` too.
  i18n: 1,
  api: 1,
  ui: 2,
  session: 3,
  pages: 5,
  shell: 6,
  styles: 7,
  main: 8,
};

/** Workspaces whose `src` is made of those layers. */
export const SERVICES = ['waiting-room', 'checkout-api', 'admin-ui/server', 'admin-ui/web'];

/**
 * Drivers, and the only places that load them. Paths are beginnings.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const DRIVERS = {
  ioredis: [
    'service-kit/src/',
    'waiting-room/src/queue/',
    'checkout-api/src/snapshots/',
    'admin-ui/server/src/projection/',
    'load/',
    'scripts/',
  ],
  pg: [
    'service-kit/src/',
    'checkout-api/src/store/',
    'admin-ui/server/src/store/',
    'load/',
    'scripts/',
    'examples/event-bus/',
  ],
  kysely: ['admin-ui/server/src/store/'],
  jose: ['waiting-room/src/admission/', 'checkout-api/src/admission/', 'connector/', 'load/'],
};

/**
 * What each workspace may load of the others at run time.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const WORKSPACES = {
  'service-kit': [],
  connector: [],
  'waiting-room': ['service-kit', 'connector'],
  'checkout-api': ['service-kit', 'connector'],
  'admin-ui/server': ['service-kit', 'connector'],
  'admin-ui/web': [],
  'examples/storefront': ['service-kit', 'connector'],
  'examples/event-bus': ['service-kit'],
  dashboards: ['scripts'],
  load: ['scripts'],
  scripts: [],
};

/** Workspaces that may take types, and nothing that runs, from a service's `contract/`. */
export const TYPE_READERS = ['load', 'admin-ui/web', 'dashboards'];

/**
 * Workspaces whose tests run another one for real, and load what its own tests do that with.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const TEST_READERS = { 'admin-ui/web': ['admin-ui/server'] };

/** In `domain/`: nothing from outside but these, so that the same input always gives the same answer. */
export const PURE_MODULES = ['node:crypto', 'node:assert', 'temporal-polyfill', 'rrule-temporal'];

/** Words that give the clock, chance or the surroundings away, whatever they were imported from. */
export const IMPURE_WORDS =
  /\b(Date\.now|new Date\(\)|performance\.now|Math\.random|randomBytes|randomUUID|randomInt|getRandomValues|process\.|fetch\(|setTimeout|setInterval|setImmediate)/;
