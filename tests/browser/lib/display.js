// A separate display: Xvfb on a free number, a window manager, and input.
'use strict';
const { spawn, execFile } = require('node:child_process');
const { until, pause, TIMEOUT } = require('./poll');

// Returns { env, waitForWindow, waitUntilGone, leave, typeInto, shows, type, key }; `closing` receives the function
// that ends it.
async function open(scene, closing) {
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x1000x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  closing(() => end(server));
  const env = { DISPLAY: `:${await displayNumber(server)}` };
  const own = { PATH: process.env.PATH, HOME: scene.home, ...env };
  const manager = spawn('openbox', ['--sm-disable'], { env: own, stdio: 'ignore' });
  closing(() => end(manager));
  return { env, ...input(own) };
}

// The same input on a display that the harness has opened (tests/src/desktop).
const attach = (env) => ({ env, ...input(env) });

function input(env) {
  const xdotool = (...args) => run('xdotool', args, env);
  // Whether a window whose title begins with this is shown now.
  const shows = (title) => xdotool('search', '--onlyvisible', '--name', `^${title}`).then(() => true, () => false);
  // Gives the keyboard focus to the window whose title begins with this. Fails while there is none, or while the window
  // manager has not taken it over.
  const activate = async (title) => {
    const found = await xdotool('search', '--onlyvisible', '--name', `^${title}`);
    const id = found.trim().split('\n')[0];
    await xdotool('windowactivate', '--sync', id);
    return (await xdotool('getactivewindow')).trim() === id;
  };
  // Waits until no window has a title that begins with this.
  const waitUntilGone = (title) => until(`the end of the window "${title}"`, async () => !(await shows(title)));
  return {
    // Waits for a window whose title begins with this, shown and with the keyboard focus.
    waitForWindow: (title) => until(`the window "${title}"`, () => activate(title)),
    waitUntilGone,
    // Presses Return in this window until it has another title or is closed. A key is lost if another window takes the
    // keyboard focus in between: the browser does so when its question about the link closes.
    leave: (title) =>
      until(`the end of the window "${title}" after Return`, async () => {
        if (!(await shows(title))) return true;
        if (await activate(title)) await xdotool('key', 'Return');
        for (let n = 0; n < 10 && (await shows(title)); n += 1) await pause(100);
        return !(await shows(title));
      }),
    // Types into this window.
    typeInto: async (title, text) => {
      await until(`the window "${title}"`, () => activate(title));
      await xdotool('type', '--delay', '20', text);
    },
    shows,
    type: (text) => xdotool('type', '--delay', '20', text),
    key: (name) => xdotool('key', name),
  };
}

function displayNumber(server) {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error('Xvfb did not start')), TIMEOUT);
    server.on('error', reject);
    server.stdio[3].once('data', (data) => {
      clearTimeout(limit);
      resolve(String(data).trim());
    });
  });
}

function run(program, args, env) {
  return new Promise((resolve, reject) => {
    // `--sync` waits forever for a window that was closed.
    execFile(program, args, { env, timeout: TIMEOUT / 2 }, (error, out) => (error ? reject(error) : resolve(out)));
  });
}

function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return undefined;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  return ended;
}

module.exports = { open, attach };
