// @ts-check
// Loaded before a service of a test: at each SIGWINCH, a signal that means nothing to a service, five minutes and a second have
// passed by `Date.now()`: as long as the connector keeps the room's keys before it asks again.

const STEP_MS = 301_000;
const realNow = Date.now;
let aheadMs = 0;
process.on('SIGWINCH', () => {
  aheadMs += STEP_MS;
});
Date.now = () => realNow() + aheadMs;
