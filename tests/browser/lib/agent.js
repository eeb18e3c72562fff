// The agent, started as the operating system would start it: with the link that the page shows.
'use strict';
const { spawn } = require('node:child_process');

// Follows `link` to the end; returns its output, one object per line. `limit` in milliseconds.
function follow(scene, link, limit = 60000) {
  const { program, args, env } = scene.agent;
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args, link], { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: limit });
    let out = '';
    let err = '';
    child.stdout.on('data', (data) => (out += data));
    child.stderr.on('data', (data) => (err += data));
    child.on('error', reject);
    child.on('close', (code) => {
      const said = out.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
      const result = said.find((line) => 'result' in line);
      if (code === 0 && result) resolve(result);
      else reject(new Error(`the agent ended with ${code}:\n${out}\n${err}`));
    });
  });
}

module.exports = { follow };
