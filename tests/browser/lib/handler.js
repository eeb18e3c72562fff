// The desktop's handler for `inkan:` links: the agent, installed for this HOME alone.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const quote = (word) => `'${word.replaceAll("'", "'\\''")}'`;

// Returns the file with the agent's output.
function install(scene) {
  const { program, args, env } = scene.agent;
  const said = path.join(scene.home, 'agent.out');
  const start = path.join(scene.home, 'start-agent');
  const environment = Object.entries(env).map(([name, value]) => quote(`${name}=${value}`));
  const command = ['exec', 'env', '-i', ...environment, ...[program, ...args].map(quote), '"$1"'].join(' ');
  fs.writeFileSync(start, `#!/bin/sh\n${command} > ${quote(said)} 2>&1\n`, { mode: 0o700 });
  const applications = path.join(scene.home, '.local', 'share', 'applications');
  fs.mkdirSync(applications, { recursive: true });
  fs.writeFileSync(
    path.join(applications, 'inkan-agent.desktop'),
    `[Desktop Entry]\nType=Application\nName=inkan-agent\nExec=${start} %u\nMimeType=x-scheme-handler/inkan;\nNoDisplay=true\n`,
  );
  const config = path.join(scene.home, '.config');
  fs.mkdirSync(config, { recursive: true });
  fs.writeFileSync(path.join(config, 'mimeapps.list'), '[Default Applications]\nx-scheme-handler/inkan=inkan-agent.desktop\n');
  return said;
}

module.exports = { install };
