// Waiting for what another program does: the probe runs until it returns something, or until the deadline.
'use strict';

// The longest that a step may take, even on a busy machine.
const TIMEOUT = 20000;
const INTERVAL = 50;

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// Returns the first truthy value of `probe`. A probe that fails is repeated: the other program may not be ready yet. The
// error names what was awaited and the last reason.
async function until(what, probe) {
  const deadline = Date.now() + TIMEOUT;
  for (;;) {
    let reason = 'not yet';
    try {
      const found = await probe();
      if (found) return found;
    } catch (error) {
      reason = error.message;
    }
    if (Date.now() > deadline) throw new Error(`${what}: not within ${TIMEOUT / 1000} s: ${reason}`);
    await pause(INTERVAL);
  }
}

module.exports = { until, pause, TIMEOUT };
