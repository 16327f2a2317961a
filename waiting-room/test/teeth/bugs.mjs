// @ts-check
// Bugs that `npm run test:teeth` plants in the waiting room, and the test that must see each.

const LUA = 'waiting-room/lua/';
const TESTS = 'waiting-room/test/lua/';

/**
 * One replacement in one Lua file.
 * @param {string} name
 * @param {string} file of the bug, in lua/
 * @param {string} find
 * @param {string} replace
 * @param {string} testFile in test/lua/
 * @param {string} test
 */
const lua = (name, file, find, replace, testFile, test) => ({
  name,
  file: `${TESTS}${testFile}.test.ts`,
  test,
  replacements: [{ file: `${LUA}${file}`, find, replace }],
});

/** @type {import('../../../scripts/lib/teeth.mjs').Bug[]} */
export const BUGS = [
  lua(
    'while shoppers return nobody is called',
    'lib/call-along-map.lua',
    'if not reach or reach <= control.frontier then',
    'if true then',
    'healing',
    'Q27: while shoppers return the frontier follows the map of before the loss',
  ),
  lua(
    'while shoppers return whoever is back first is called first',
    'lib/call-along-map.lua',
    'local reach = due > 0 and order_at(cjson.decode(text), due - 1)',
    "local reach = tonumber(redis.call('ZRANGE', keys.waiting, -1, -1, 'WITHSCORES')[2])",
    'healing',
    'Q27: while shoppers return the frontier follows the map of before the loss',
  ),
  lua(
    'windows run on while shoppers return',
    'lib/settle.lua',
    "if moving and phase ~= 'healing' then",
    'if moving then',
    'states',
    'healing: joins joined, calls true, entries true, windows stand still',
  ),
  lua(
    'policy from memory: Redis decides by a policy older than one its caller has seen',
    'lib/guard.lua',
    'if control.policy_version < tonumber(ARGV[2]) then',
    'if false then',
    'every-command',
    'Q1: join-queue refuses a caller who has seen a newer policy',
  ),
  lua(
    'late command: a deadline that has passed is not looked at',
    'lib/guard.lua',
    'if now > tonumber(ARGV[1]) then',
    'if false then',
    'every-command',
    'Q2: check-in does nothing one microsecond after its deadline',
  ),
  lua(
    'a server that may have lost something is believed',
    'lib/guard.lua',
    'if control.run_id ~= server_run() then',
    'if false then',
    'every-command',
    'Q24: advance-drop does nothing on a server that may have lost something',
  ),
  lua(
    'clock of the instance: a drop opens by the time its caller brings',
    'advance-drop.lua',
    'local now = now_us()',
    'local now = tonumber(ARGV[1])',
    'states',
    'the first microsecond of the opening opens it for ever',
  ),
  lua(
    'unbounded step: an outage of minutes saves up budget',
    'lib/settle.lua',
    'CLOCK_STEP_MAX_US = 2000000',
    'CLOCK_STEP_MAX_US = 600000000',
    'grants',
    'Q4: an outage of minutes between two ticks saves up two seconds at most',
  ),
  lua(
    'windows run on while the line is paused',
    'lib/settle.lua',
    "phase == 'pass_through' or phase == 'healing'\n",
    "phase == 'pass_through' or phase == 'healing' or phase == 'paused'\n",
    'states',
    'paused: joins joined, calls false, entries false, windows stand still',
  ),
  lua(
    'full bucket after a failover',
    'heal-drop.lua',
    "epoch, 'bucket', 0,",
    "epoch, 'bucket', 50,",
    'restore',
    'the bucket starts empty',
  ),
  lua(
    'check-then-act entry: budget is looked at and not taken',
    'lib/grant.lua',
    'control.bucket = control.bucket - count',
    'control.bucket = control.bucket',
    'grants',
    'promise 1: in windows of 0.1 s to 60 s no more enter than rate and burst allow',
  ),
  lua(
    'maxSessions not looked at when entering',
    'lib/grant.lua',
    'if control.max_sessions > 0 then',
    'if false then',
    'grants',
    'maxSessions: never one more inside',
  ),
  lua(
    'maxSessions: one too many',
    'lib/grant.lua',
    'control.max_sessions - sessions',
    'control.max_sessions + 1 - sessions',
    'grants',
    'maxSessions: never one more inside',
  ),
  lua(
    'entry by arrival of the retry: whoever asks first stands first',
    'check-in.lua',
    "redis.call('ZADD', PRESENT, order, number)",
    "redis.call('ZADD', PRESENT, now + i, number)",
    'grants',
    'promise 2: whoever is present with the lowest order enters first',
  ),
  lua(
    'asking more often lets a shopper in sooner',
    'lib/grant.lua',
    'FAIR_US = 6000000',
    'FAIR_US = 0',
    'grants',
    '2.7: polite and hammering shoppers with the same orders enter in the same order',
  ),
  lua(
    'entry before the call',
    'check-in.lua',
    'tonumber(order) <= control.frontier and ',
    '',
    'check-in',
    'promise 2: a ticket beyond the frontier is not called',
  ),
  lua(
    'a token whose time is over is given out again',
    'check-in.lua',
    'now >= expires_at * 1000000',
    'false',
    'check-in',
    'Q18: the same session gives the same grant',
  ),
  lua(
    'drawn order after opening',
    'join-queue.lua',
    "local drawn = control.opened_us == 0 and control.commit ~= ''",
    "local drawn = control.commit ~= ''",
    'join-queue',
    'Q9: whoever joins at the opening or later gets no drawn order',
  ),
  lua(
    'orders of another seed than the one committed to',
    'join-queue.lua',
    'if drawn and ARGV[5] ~= control.commit then',
    'if false then',
    'join-queue',
    'promise 4: orders that come from another seed',
  ),
  lua(
    'no lost-reply idempotency: the same nonce is another place',
    'join-queue.lua',
    'local order = waiting[i] or present[i] or (twin and orders[twin])',
    'local order',
    'join-queue',
    'Q13: the same nonce again is the same ticket at the same order',
  ),
  lua(
    'arrivals of one microsecond share a place',
    'join-queue.lua',
    'last = math.max(now, last + 1)',
    'last = now',
    'join-queue',
    'Q12: arrivals get the clock as their order',
  ),
  lua(
    'a head start passes those already called',
    'join-queue.lua',
    'math.min(last, control.frontier + 1), DRAWN_MAX',
    'DRAWN_MAX',
    'join-queue',
    'Q12: a head start shortens the wait',
  ),
  lua(
    'grace is forgotten: a late shopper is a no-show',
    'lib/lapse.lua',
    'local due = control.clock_us - control.grace_us',
    'local due = control.clock_us',
    'calls',
    'Q17: within window and grace a called shopper is welcome',
  ),
  lua(
    'a prolonged turn lapses with its call',
    'lib/lapse.lua',
    "if redis.call('ZSCORE', keys.extended, found[i]) then",
    'if false then',
    'calls',
    'Q17: a turn may be prolonged inside its window',
  ),
  lua(
    'asking twice for more time gives twice as much',
    'extend-call.lua',
    'if window_left > control.call_window_us then',
    'if false then',
    'calls',
    'asking twice is asking once',
  ),
  lua(
    'calls pass what was announced: sleepers lose their turn',
    'lib/call.lua',
    'free and math.huge or callable_until(now, keys)',
    'math.huge',
    'calls',
    'Q23: a tick calls no further than what was announced one poll ago',
  ),
  {
    name: 'no-shows are not learned from',
    file: 'waiting-room/test/queue/call-ahead.test.ts',
    test: '2.7: with half of those called staying away',
    replacements: [
      {
        file: `${LUA}lib/call.lua`,
        find: 'return math.max(SHOW_RATE_MIN, (control.shown_recently + 1) / (control.called_recently + 1))',
        replace: 'return 1',
      },
    ],
  },
  lua(
    'a silent checkout is taken for an empty one',
    'lib/grant.lua',
    "return 0, 'capacity-silent'",
    "return math.huge, 'nothing'",
    'stock',
    'Q30: without a report from the checkout nobody is let in',
  ),
  lua(
    'an old report overwrites a new one',
    'report-capacity.lua',
    'if tonumber(seq) <= control.cap_seq then',
    'if false then',
    'stock',
    'Q30: a report older than the last one',
  ),
  lua(
    'a session that ended counts as one without a hold',
    'end-sessions.lua',
    'control.cap_with_hold - ended',
    'control.cap_with_hold',
    'stock',
    'Q30: a session that ends counts as having held',
  ),
  lua(
    'what sessions bought that have ended is sold once more',
    'end-sessions.lua',
    'control.cap_with_hold - ended',
    'math.max(0, control.cap_with_hold - ended)',
    'stock',
    'Q30: what was bought since the last report is not for sale once more when its buyers have left',
  ),
  lua(
    'a ramp is taken at its end instead of summed up',
    'lib/rate.lua',
    '(rate_at(control, at) + rate_at(control, till)) / 2',
    'rate_at(control, till)',
    'rate',
    'is the integral of the rate',
  ),
  lua(
    'the old rate’s time is granted at the new rate',
    'lib/settle.lua',
    'accrued = math.min(accrued, control.accrual_rate / 60000000 * step)',
    'accrued = accrued',
    'grants',
    'a change of the rate counts from the next step on',
  ),
  lua(
    'spent by absence: who returns after a loss is taken for one who never was',
    'return-tickets.lua',
    'elseif epoch == control.epoch then',
    'else',
    'return-tickets',
    'Q26: a ticket of an earlier epoch is put back at its own order',
  ),
  lua(
    'an instance that stood still brings an old pulse back',
    'publish-pulse.lua',
    "if redis.call('GET', LEASE) ~= ARGV[3] then",
    'if false then',
    'reads',
    'Q20: an instance that stood still',
  ),
  {
    name: 'rank map in the lobby',
    file: 'waiting-room/test/domain/pulse.test.ts',
    test: 'Q8: before the reveal the pulse holds nothing that depends on an order',
    replacements: [
      {
        file: 'waiting-room/src/domain/pulse.ts',
        find: 'const settled = hasPositions(phase);',
        replace: 'const settled = hasPositions(phase) || true;',
      },
    ],
  },
  {
    name: 'a header of the lobby tells places apart',
    file: 'waiting-room/test/draw/lobby-secrecy.test.ts',
    test: 'Q8: nothing a client can read in the lobby tells one place from another',
    replacements: [
      {
        file: 'waiting-room/src/plugins/status-server.ts',
        find: 'direct.json(at, 200, NO_OTHERS, statusText(view, picture.status));',
        replace:
          "void room.queue.standing(drop, ticket.number).then((place) => direct.json(at, 200, [...NO_OTHERS, 'x-shard', String(Number('order' in place && place.order) % 7)], statusText(view, picture.status)));",
      },
    ],
  },
  {
    name: 'overload is queued without end',
    file: 'waiting-room/test/queue/overload.test.ts',
    test: 'promise 9: joins beyond what can be written down in time are shed at once',
    replacements: [
      {
        file: 'waiting-room/src/queue/join.ts',
        find: 'PENDING_MAX = 40_000',
        replace: 'PENDING_MAX = 400_000',
      },
    ],
  },
  {
    name: 'epoch as a counter',
    file: 'waiting-room/test/unit/epoch.test.ts',
    test: 'Q24: the name of an epoch is random',
    replacements: [
      {
        file: 'waiting-room/src/queue/epoch.ts',
        find: '  return uuid.slice(0, 8) + uuid.slice(-8);',
        replace: "  return (++made).toString(16).padStart(16, '0');",
      },
      {
        file: 'waiting-room/src/queue/epoch.ts',
        find: "import { randomUUID } from 'node:crypto';",
        replace: 'let made = 0;',
      },
      {
        file: 'waiting-room/src/queue/epoch.ts',
        find: '  const uuid = randomUUID();\n',
        replace: '',
      },
    ],
  },
  {
    name: 'those behind a failed call wait for their own time-out',
    file: 'waiting-room/test/unit/batch.test.ts',
    test: 'a call that fails fails those waiting behind it too',
    replacements: [
      {
        file: 'waiting-room/src/queue/batch.ts',
        find: 'for (const entry of [...entries, ...this.#pending]) entry.reject(error);\n        this.#pending = [];',
        replace: 'for (const entry of entries) entry.reject(error);',
      },
    ],
  },
  lua(
    'a place grows unseen: insertions ahead are not counted',
    'lib/insertions.lua',
    'if control[share] >= SHARE_MAX then',
    'if control[share] >= 10 then',
    'insertions',
    'Q12: however head starts fall',
  ),
  lua(
    'a place that grows as it always was: those who return while the map stands are counted',
    'return-tickets.lua',
    "and not (phase == 'healing' and redis.call('HEXISTS', CONTROL, 'heal_map') == 1)",
    '',
    'insertions',
    'Q27: while positions come from the map of before the loss',
  ),
  {
    name: 'a page that shows whatever the last answer said',
    file: 'waiting-room/test/domain/told-place.test.ts',
    test: 'Q21: a shopper is told min(last shown, now)',
    replacements: [
      {
        file: 'waiting-room/page/told-place.ts',
        find: 'changed ? now.ahead : Math.min(before.ahead, now.ahead)',
        replace: 'now.ahead',
      },
    ],
  },
  {
    name: 'a place from a map that was read before its owner came',
    file: 'waiting-room/test/domain/positions.test.ts',
    test: 'Q21: nobody is told a place from a map',
    replacements: [
      {
        file: 'waiting-room/src/domain/positions.ts',
        find: 'order > asOfMs * 1000 ? null : rankOf(order, map)',
        replace: 'rankOf(order, map)',
      },
    ],
  },
  {
    name: 'the nearest point of the map instead of the place between two',
    file: 'waiting-room/test/domain/positions.test.ts',
    test: 'Q20: positions keep the order of the line',
    replacements: [
      {
        file: 'waiting-room/src/domain/positions.ts',
        find: 'return Math.round(rankLow + share * ((ranks[high] as number) - rankLow));',
        replace: 'return share > 0.5 ? rankLow : (ranks[high] as number);',
      },
    ],
  },
  lua(
    'a code that is asked for, and not missed',
    'join-queue.lua',
    "elseif needs_code and not (codes and codes[i] ~= '') then",
    'elseif false then',
    'access-codes',
    'where a code is needed nobody joins without one',
  ),
  lua(
    'uses within one call are not counted',
    'join-queue.lua',
    "(tonumber(redis.call('HGET', USES, code)) or 0) + (used[code] or 0)",
    "(tonumber(redis.call('HGET', USES, code)) or 0)",
    'access-codes',
    'a code is used as often as it may be',
  ),
  lua(
    'one use too many',
    'join-queue.lua',
    'if count < tickets.codeUses[i] then',
    'if count <= tickets.codeUses[i] then',
    'access-codes',
    'a code is used as often as it may be',
  ),
  lua(
    'a join that is sent again uses its code again',
    'join-queue.lua',
    '  if order then\n    -- A class',
    '  if order and not codes then\n    -- A class',
    'access-codes',
    'promise 7: the same join again uses nothing',
  ),
  lua(
    'the use of a ticket that never entered goes on twice',
    'lib/use-code.lua',
    "redis.call('HSET', uses_key, carried, '')",
    'local _ = carried',
    'access-codes',
    'the use of a ticket that never entered goes on with the next one, once',
  ),
  lua(
    'uses are put back as often as instances there are',
    'restore-uses.lua',
    "if redis.call('HEXISTS', USES, number) == 0 then",
    'if true then',
    'access-codes',
    'promise 5: uses that Redis forgot are put back as they were',
  ),
  {
    name: 'the seal of a code is not looked at',
    file: 'waiting-room/test/domain/access-code.test.ts',
    test: 'promise 3: a code with any sign changed',
    replacements: [
      {
        file: 'waiting-room/src/domain/access-code.ts',
        find: "if (!timingSafeEqual(macOf(key, 'seal', head).subarray(0, SEAL_BYTES), seal)) return null;",
        replace: '',
      },
    ],
  },
  {
    name: 'a code beyond those that were made',
    file: 'waiting-room/test/domain/access-code.test.ts',
    test: 'every code of a batch is found however it is typed',
    replacements: [
      {
        file: 'waiting-room/src/domain/access-code.ts',
        find: 'made?.batch === batch.number && made.number < batch.count',
        replace: 'made?.batch === batch.number',
      },
    ],
  },
  {
    name: 'an address may guess for ever',
    file: 'waiting-room/test/http/access-codes.test.ts',
    test: 'promise 9: an address that guesses is told nothing more',
    replacements: [
      {
        file: 'waiting-room/src/plugins/access-code.ts',
        find: '  guesses.take(address);\n',
        replace: '',
      },
    ],
  },
  {
    name: 'a drop whose codes cannot be read lets everybody in',
    file: 'waiting-room/test/http/access-codes.test.ts',
    test: 'a drop whose codes cannot be read right now keeps closed',
    replacements: [
      {
        file: 'waiting-room/src/admission/access-codes.ts',
        find: "return { is: isCodeRequired ? 'unreadable' : 'wrong' };",
        replace: "return { is: 'good', code: null };",
      },
    ],
  },
  {
    name: 'a bypass that skips nobody',
    file: 'waiting-room/test/http/access-codes.test.ts',
    test: 'promise 2: who bypasses the line stands before all',
    replacements: [
      {
        file: 'waiting-room/src/admission/access-codes.ts',
        find: 'class: skips ? BYPASS : null',
        replace: 'class: null',
      },
    ],
  },
];
