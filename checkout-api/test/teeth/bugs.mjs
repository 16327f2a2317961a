// @ts-check
// Bugs that `npm run test:teeth` plants in checkout-api, and the test that must see each.

const LEDGER = 'checkout-api/migrations/000001-ledger.sql';
const ROWS = 'checkout-api/migrations/000010-stock-rows.sql';
const SELLING = 'checkout-api/migrations/000070-plain-batches.sql';
const CAPACITY = 'checkout-api/migrations/000071-reports-that-stay-cheap.sql';
const ORDERS = 'checkout-api/migrations/000020-orders.sql';
const EVENTS = 'checkout-api/migrations/000025-events.sql';
const EXPIRY = 'checkout-api/migrations/000097-lags-of-real-drops.sql';
const DELIVERY = 'checkout-api/migrations/000042-deliver-beside-emitting.sql';
const FEED = 'checkout-api/migrations/000012-stock-feed.sql';
const ENDING = 'checkout-api/migrations/000040-plans-made-once.sql';
const RESERVATIONS = 'checkout-api/src/store/reservations.ts';

/** @type {import('../../../scripts/lib/teeth.mjs').Bug[]} */
export const BUGS = [
  {
    name: 'check-then-act stock: the row is read without being locked',
    file: 'checkout-api/test/store/conservation.test.ts',
    test: 'whatever concurrent shoppers do through two instances',
    replacements: [
      { file: SELLING, find: 'order by s.sku, s.part for update of s;', replace: 'order by s.sku, s.part;' },
    ],
  },
  {
    name: 'what concurrent clients saw is wrong when nobody locks the row',
    file: 'checkout-api/test/history/history.test.ts',
    test: 'can all be true of one shelf',
    replacements: [
      { file: SELLING, find: 'order by s.sku, s.part for update of s;', replace: 'order by s.sku, s.part;' },
      {
        file: LEDGER,
        find: 'constraint stock_conserved check (available + held + sold = total)',
        replace: 'constraint stock_conserved check (true)',
      },
    ],
  },
  {
    name: 'double release: a hold that has ended is given back again',
    file: 'checkout-api/test/store/races.test.ts',
    test: 'releasing or settling the same hold many times at once counts once',
    replacements: [
      {
        file: ENDING,
        find: `where id = any (p_ids) and status || '' = 'held' and paying_since is null returning id)`,
        replace: 'where id = any (p_ids) and paying_since is null returning id)',
      },
    ],
  },
  {
    name: 'missing unique: neither the constraint nor the lock keeps a key to one reservation',
    file: 'checkout-api/test/store/reserve.test.ts',
    test: 'two requests with one key at the same instant are one reservation',
    replacements: [
      {
        file: SELLING,
        find: '  drop constraint reservations_one_per_key,\n  add constraint reservations_one_per_key unique (session_id, idempotency_key);',
        replace: '  drop constraint reservations_one_per_key;',
      },
      {
        file: SELLING,
        find: 'where h.drop_id = p_drop and h.shopper = p.shopper for update) h on true;',
        replace: 'where h.drop_id = p_drop and h.shopper = p.shopper) h on true;',
      },
    ],
  },
  {
    name: 'plain batches: the limit of a shopper is not looked at',
    file: 'checkout-api/test/store/reserve-plain.test.ts',
    test: 'of which one request can not be granted is left alone',
    replacements: [{ file: SELLING, find: ' and h.units + p.units <= v_limit;', replace: ';' }],
  },
  {
    name: 'plain batches: whose session has ended is served',
    file: 'checkout-api/test/store/reserve-plain.test.ts',
    test: 'of which one request can not be granted is left alone',
    replacements: [
      {
        file: SELLING,
        find: `       where coalesce(s.ended_at, 'infinity') = 'infinity' and s.reserve_until > v_now;`,
        replace: '       where s.reserve_until > v_now;',
      },
    ],
  },
  {
    name: 'plain batches: units are counted although too little was there',
    file: 'checkout-api/test/store/reserve-plain.test.ts',
    test: 'of which one request can not be granted is left alone',
    replacements: [
      {
        file: SELLING,
        find: `    if v_done < cardinality(p_skus) then
      raise sqlstate 'SL001';
    end if;
`,
        replace: `    if v_done < cardinality(p_skus) then
      amounts := null;
      return;
    end if;
`,
      },
    ],
  },
  {
    name: 'a session in memory may reserve as often as it likes',
    file: 'checkout-api/test/http/direct-reservations.test.ts',
    test: 'reservations have one limit a session',
    replacements: [
      {
        file: 'checkout-api/src/plugins/reserve-server.ts',
        find: 'if (waitMs > 0) return fail(at, tooManyRequests(waitMs));',
        replace: 'if (waitMs < 0) return fail(at, tooManyRequests(waitMs));',
      },
    ],
  },
  {
    name: 'expiry by the clock of the instance',
    file: 'checkout-api/test/store/clock.test.ts',
    test: 'how long a hold lives is decided by Postgres',
    replacements: [
      {
        file: 'checkout-api/src/store/reserve-batch.ts',
        find: 'const expiresAt = new Date(row.expires_at_ms);',
        replace: 'const expiresAt = new Date(Date.now() + 60_000);',
      },
      {
        file: 'checkout-api/src/store/reserve-plain.ts',
        find: 'const expiresAt = new Date(row.expires_at_ms);',
        replace: 'const expiresAt = new Date(Date.now() + 60_000);',
      },
    ],
  },
  {
    name: 'expiry of a hold whose payment is under way',
    file: 'checkout-api/test/store/races.test.ts',
    test: 'a hold whose payment is under way neither expires nor is released',
    replacements: [
      {
        file: EXPIRY,
        find: `and r.expires_at <= v_now and r.paying_since is null`,
        replace: 'and r.expires_at <= v_now',
      },
      {
        file: EXPIRY,
        find: `status || '' = 'held' and paying_since is null and expires_at <= v_now`,
        replace: `status || '' = 'held' and expires_at <= v_now`,
      },
      { file: LEDGER, find: `check (paying_since is null or status = 'held')`, replace: 'check (true)' },
    ],
  },
  {
    name: 'a repeated key answers with the hold as it is now',
    file: 'checkout-api/test/http/idempotency.test.ts',
    test: 'a key answers byte for byte as it first did',
    replacements: [
      {
        file: SELLING,
        find: 'extract(epoch from r.promised_until) * 1000',
        replace: 'extract(epoch from r.expires_at) * 1000',
      },
    ],
  },
  {
    name: 'a refusal is recorded under its key',
    file: 'checkout-api/test/http/idempotency.test.ts',
    test: 'a refusal that touched no stock is not recorded',
    replacements: [{ file: RESERVATIONS, find: '      inFlight.delete(flight);\n', replace: '' }],
  },
  {
    name: 'part of the lines is enough',
    file: 'checkout-api/test/store/reserve.test.ts',
    test: 'a request gets all its lines or none',
    replacements: [
      { file: SELLING, find: `v_answer := 'sold-out';`, replace: 'v_quantity := 0;' },
      { file: LEDGER, find: 'available >= 0 and held >= 0', replace: 'held >= 0' },
    ],
  },
  {
    name: 'the limit of a shopper is not looked at',
    file: 'checkout-api/test/store/reserve.test.ts',
    test: 'the limit binds the customer, however many tickets they entered with',
    replacements: [
      { file: SELLING, find: '+ v_wanted > v_limit then', replace: '+ v_wanted > 1000000 then' },
    ],
  },
  {
    name: 'a split SKU is sold out when one of its rows is',
    file: 'checkout-api/test/store/hot-row.test.ts',
    test: 'and nobody is told "sold out" early',
    replacements: [
      {
        file: SELLING,
        find: `          replays := null;\n          return;\n`,
        replace: `          v_answer := 'sold-out';\n`,
      },
    ],
  },
  {
    name: 'rows are locked in another order by every second instance',
    file: 'checkout-api/test/store/hot-row.test.ts',
    test: 'over many rows in all orders never deadlocks',
    replacements: [
      {
        file: SELLING,
        find: 'order by s.sku, s.part for update of s;',
        replace:
          'order by case when p_part % 2 = 0 then q.at else -q.at end, case when p_part % 2 = 0 then s.part else -s.part end for update of s;',
      },
    ],
  },
  {
    name: 'what is held can be withdrawn',
    file: 'checkout-api/test/store/stock.test.ts',
    test: 'what is held or sold is not withdrawn, a movement can not be rewritten (1 rows)',
    replacements: [
      { file: ROWS, find: 'if available + v_delta < 0 then', replace: 'if total + v_delta < 0 then' },
    ],
  },
  {
    name: 'a movement sent again is made again',
    file: 'checkout-api/test/store/stock.test.ts',
    test: 'a movement sent again under its key is one movement',
    replacements: [
      { file: ROWS, find: 'if p_key is not null then', replace: 'if false then' },
      {
        file: ROWS,
        find: 'create unique index stock_movements_one_per_key',
        replace: 'create index stock_movements_one_per_key',
      },
    ],
  },
  {
    name: 'a total overwrites what somebody else has moved',
    file: 'checkout-api/test/store/stock.test.ts',
    test: 'a total decided by an old balance is refused',
    replacements: [{ file: ROWS, find: 'if ledger <> p_after then', replace: 'if false then' }],
  },
  {
    name: 'an older picture replaces a newer one',
    file: 'checkout-api/test/snapshots/publish-stock.test.ts',
    test: 'never goes back to an older version',
    replacements: [
      {
        file: 'checkout-api/lua/publish-stock.lua',
        find: 'if version > tonumber(ARGV[1]) then',
        replace: 'if false then',
      },
    ],
  },
  {
    name: 'the picture is refreshed by announcements alone',
    file: 'checkout-api/test/http/live-stock.test.ts',
    test: 'a change that nobody announced shows within five seconds',
    replacements: [
      {
        file: 'checkout-api/src/jobs/report.ts',
        find: 'const published = pictures.refresh(drop);',
        replace: 'const published = reading.seq < 2 ? pictures.refresh(drop) : Promise.resolve();',
      },
    ],
  },
  {
    name: 'what came back is not announced as such',
    file: 'checkout-api/test/store/stock-feed.test.ts',
    test: 'every change is heard of by notify',
    replacements: [{ file: FEED, find: `case when v_came_back then ' +' else '' end`, replace: `''` }],
  },
  {
    name: '"sold out" is told to one who has a reservation under the key',
    file: 'checkout-api/test/store/sold-out.test.ts',
    test: 'who has a reservation gets it again under its key',
    replacements: [{ file: RESERVATIONS, find: ' && !reservedKeys.mayHave(drop, jti, key)', replace: '' }],
  },
  {
    name: '"sold out" is told elsewhere to one who bought what came back',
    file: 'checkout-api/test/store/sold-out.test.ts',
    test: 'has the same answer from an instance that did not hear of it',
    replacements: [{ file: RESERVATIONS, find: 'if (pauseMs > 0) await delay(pauseMs);', replace: '' }],
  },
  {
    name: 'everybody who comes too late asks Postgres',
    file: 'checkout-api/test/store/sold-out.test.ts',
    test: 'once sold out, 5,000 requests of 200 shoppers cost a handful of statements',
    replacements: [
      { file: RESERVATIONS, find: 'if (short.size === 0) return;', replace: 'if (short.size >= 0) return;' },
    ],
  },
  {
    name: 'cursor outbox: what is older than the last event told has been told',
    file: 'checkout-api/test/outbox/emit.test.ts',
    test: 'that was written earlier and committed later than one that has been told',
    replacements: [
      {
        file: DELIVERY,
        find: "where t.id = p_target and d.status = 'pending' for no key update of t;",
        replace: `where t.id = p_target and d.status = 'pending' and not exists (
            select from checkout.event_deliveries n join checkout.events l on l.id = n.event_id
              join checkout.events e on e.id = p_event
             where n.target_id = p_target and n.status = 'delivered' and l.at > e.at) for no key update of t;`,
      },
    ],
  },
  {
    name: 'an event is told whether its transaction commits or not: its job is kept in memory',
    file: 'checkout-api/test/outbox/emit.test.ts',
    test: 'stands or falls with the transaction that caused it',
    replacements: [
      {
        file: EVENTS,
        find: "select graphile_worker.add_job('deliver_event',",
        replace: "select graphile_worker.add_job('deliver_event_later',",
      },
    ],
  },
  {
    name: 'double refund: what is on its way back can be asked for again',
    file: 'checkout-api/test/store/orders.test.ts',
    test: 'refunds decided at the same time never add up to more than was paid',
    replacements: [
      {
        file: ORDERS,
        find: 'left_minor := v_order.amount_minor - v_order.refunded_minor - v_order.refunding_minor;',
        replace: 'left_minor := v_order.amount_minor - v_order.refunded_minor;',
      },
      {
        file: ORDERS,
        find: 'refunded_minor >= 0 and refunding_minor >= 0 and refunded_minor + refunding_minor <= amount_minor',
        replace: 'refunded_minor >= 0',
      },
    ],
  },
  {
    name: 'double refund: a job that runs twice gives the money back twice',
    file: 'checkout-api/test/store/orders.test.ts',
    test: 'puts every unit back on sale, each once',
    replacements: [
      {
        file: ORDERS,
        find: "where r.id = p_refund and r.status = 'pending' returning",
        replace: 'where r.id = p_refund returning',
      },
      {
        file: ORDERS,
        find: 'refunded_minor >= 0 and refunding_minor >= 0 and refunded_minor + refunding_minor <= amount_minor',
        replace: 'refunded_minor >= 0',
      },
    ],
  },
  {
    name: "a provider's message that comes again is worked off again",
    file: 'checkout-api/test/payments/provider-events.test.ts',
    test: 'in every order of messages, each coming twice',
    replacements: [
      {
        file: 'checkout-api/sql/receive-provider-event.sql',
        find: 'on conflict do nothing returning',
        replace: 'on conflict (provider, event_id) do update set type = excluded.type returning',
      },
    ],
  },
  {
    name: 'a secret stands in the database as it is',
    file: 'checkout-api/test/outbox/webhook-secrets.test.ts',
    test: 'a secret is nowhere in the database but sealed',
    replacements: [
      {
        file: 'checkout-api/src/store/secret-vault.ts',
        find: `const sealed = Buffer.concat([
        nonce,
        cipher.update(secret, 'utf8'),
        cipher.final(),
        cipher.getAuthTag(),
      ]);`,
        replace: 'const sealed = Buffer.from(secret);',
      },
    ],
  },
  {
    name: 'a revoked admission is not told to the room when it opened no session',
    file: 'checkout-api/test/jobs/report.test.ts',
    test: 'the room is told who was revoked, session or not',
    replacements: [
      {
        file: 'checkout-api/src/jobs/report.ts',
        find: 'const revoked = await reports.takeRevoked(drop, endedBatch);',
        replace: 'const revoked: string[] = [];',
      },
    ],
  },
  {
    name: 'text with NUL goes on to Postgres',
    file: 'checkout-api/test/http/stock.test.ts',
    test: 'text that no database can hold is refused',
    replacements: [
      {
        file: 'service-kit/src/validation.ts',
        find: 'const broken = brokenTexts(given)',
        replace: 'const broken = brokenTexts(undefined)',
      },
    ],
  },
  {
    name: 'a hold is given back long after its end',
    file: 'checkout-api/test/http/expiry-lag.test.ts',
    test: '99 of 100 holds are given back within 2 s',
    replacements: [
      {
        file: 'checkout-api/src/plugins/jobs.ts',
        find: 'const expireEveryMs = 500;',
        replace: 'const expireEveryMs = 6000;',
      },
    ],
  },
  {
    name: 'a session opens for whoever has the token, with any secret',
    file: 'checkout-api/test/store/sessions.test.ts',
    test: 'the same ticket with another secret is bound elsewhere',
    replacements: [
      {
        file: 'checkout-api/src/store/sessions.ts',
        find: `if (!timingSafeEqual(Buffer.from(known.secretHash, 'hex'), asked.secretHash))
    return { verdict: 'bound-elsewhere' };`,
        replace: 'timingSafeEqual(asked.secretHash, asked.secretHash);',
      },
    ],
  },
  {
    name: 'a revoked admission opens a session',
    file: 'checkout-api/test/store/sessions.test.ts',
    test: 'a revoked admission opens no session',
    replacements: [
      {
        file: 'checkout-api/src/store/sessions.ts',
        find: `if (known.revoked) return { verdict: 'revoked' };`,
        replace: '',
      },
      {
        file: CAPACITY,
        find: '       where not exists (select from checkout.revocations v where v.jti = p.jti and v.drop_id = p.drop_id)\n',
        replace: '',
      },
    ],
  },
  {
    name: 'a route is open that is not on the list',
    file: 'checkout-api/test/http/router-walk.test.ts',
    test: 'no route, in no method and no spelling, answers a stranger',
    replacements: [
      {
        file: 'checkout-api/src/admission/gate.ts',
        find: 'if (OPEN_ROUTES.has(route)) return;',
        replace: `if (OPEN_ROUTES.has(route) || route.startsWith('GET /v1/orders')) return;`,
      },
    ],
  },
  {
    name: 'an interrupted batch is sent again by itself',
    file: 'checkout-api/test/store/batcher.test.ts',
    test: 'a lost connection fails the batch and the next batch is served',
    replacements: [
      {
        file: 'checkout-api/src/store/batcher.ts',
        find: 'const answers = await run(batch.map((waiting) => waiting.request));',
        replace:
          'const asked = batch.map((waiting) => waiting.request);\n      const answers = await run(asked).catch(() => run(asked));',
      },
    ],
  },
  {
    name: 'the report says that everybody inside holds something',
    file: 'checkout-api/test/process/stock-bound.test.ts',
    test: 'no more enter than can still be sold',
    replacements: [
      {
        file: CAPACITY,
        find: 'i.inside - case when stock.held > 20000 and stock.available > i.inside * 4 then 0 else (',
        replace: 'i.inside - case when true then i.inside else (',
      },
    ],
  },
  {
    name: 'the report tells of ends that its figures do not know of',
    file: 'checkout-api/test/jobs/report.test.ts',
    test: 'is from after the ends that were told before it',
    replacements: [
      {
        file: 'checkout-api/src/jobs/report.ts',
        find: 'if (isOld) reading = await reports.takeCapacity(drop, reporter);',
        replace: 'void isOld;',
      },
    ],
  },
  {
    name: 'a request on a quiet system waits a moment for company',
    file: 'checkout-api/test/store/batcher.test.ts',
    test: '3.1: a request on a quiet system waits for nobody',
    replacements: [
      {
        file: 'checkout-api/src/store/batcher.ts',
        find: 'setImmediate(drain);',
        replace: 'setTimeout(drain, 5);',
      },
    ],
  },
  {
    name: 'the hot row is locked before the shoppers are',
    file: 'checkout-api/test/store/hot-row.test.ts',
    test: 'keeps nobody from the hot row: that is touched last',
    replacements: [
      {
        file: SELLING,
        find: 'begin\n  -- Locks one by one in the order of p_shoppers',
        replace:
          'begin\n  perform from checkout.stock s where s.drop_id = p_drop for update;\n  -- Locks one by one in the order of p_shoppers',
      },
      {
        file: SELLING,
        find: '    -- The row of a shopper is their lock',
        replace:
          '    perform from checkout.stock s where s.drop_id = p_drop for update;\n    -- The row of a shopper is their lock',
      },
    ],
  },
  {
    name: 'expiry waits for whoever is just being served',
    file: 'checkout-api/test/store/races.test.ts',
    test: '3.4: a hold whose shopper is just being served is passed over',
    replacements: [
      { file: EXPIRY, find: 'for update of h skip locked) due;', replace: 'for update of h) due;' },
    ],
  },
  {
    name: 'refunds are asked for without time-out, retry and breaker',
    file: 'checkout-api/test/payments/guard.test.ts',
    test: '3.10: after five failures refund does not reach the provider',
    replacements: [
      {
        file: 'checkout-api/src/payments/guard.ts',
        find: 'refund: (request) => call((signal) => provider.refund(request, signal)),',
        replace: 'refund: (request) => provider.refund(request, new AbortController().signal),',
      },
    ],
  },
  {
    name: 'whoever tries a provider again does so after the same pause as all others',
    file: 'checkout-api/test/payments/guard.test.ts',
    test: '3.10: those who try again do not come back at the same moment',
    replacements: [
      {
        file: 'checkout-api/src/payments/guard.ts',
        find: 'backoff: new ExponentialBackoff({ initialDelay: 100, maxDelay: 500 }),',
        replace: `backoff: new ExponentialBackoff({ initialDelay: 100, maxDelay: 500, generator: (tries) => [tries * 100, tries] }),`,
      },
    ],
  },
  {
    name: 'the room is told of a drop every three seconds',
    file: 'checkout-api/test/http/checkout.test.ts',
    test: '3.7: while a drop sells its room is told each second',
    replacements: [
      {
        file: 'checkout-api/src/plugins/jobs.ts',
        find: 'const reportEveryMs = 1000;',
        replace: 'const reportEveryMs = 3000;',
      },
    ],
  },
  {
    name: 'who can not pay at the moment is told that the payment is under way',
    file: 'checkout-api/test/http/payments-told.test.ts',
    test: '3.10: while a provider is not there shoppers are told',
    replacements: [
      {
        file: 'checkout-api/src/payments/pay.ts',
        find: "return { verdict: 'provider-unavailable' };",
        replace: "return { verdict: 'processing' };",
      },
    ],
  },
  {
    name: 'whose money came too late is told nothing of it',
    file: 'checkout-api/test/http/payments-told.test.ts',
    test: '3.10: whose money came when the hold and the units were gone',
    replacements: [
      {
        file: 'checkout-api/src/payments/pay.ts',
        find: 'if (last !== undefined && last.lateRefund !== null)',
        replace: 'if (last !== undefined && last.lateRefund === undefined)',
      },
    ],
  },
];
