// Loaded into an instance before its program: counts what no answer shows, so that equal work can be told from equal
// answers, and looks at the process from inside. Nothing of the service is changed by it.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const { ATTACK_PROGRAM: program, ATTACK_WATCH_PORT: port } = process.env;

if (program !== undefined && port !== undefined) {
  const argon2 = createRequire(program)('argon2');
  let hashes = 0;
  for (const name of ['hash', 'verify']) {
    const original = argon2[name];
    argon2[name] = (...args) => {
      hashes += 1;
      return original(...args);
    };
  }
  createServer((_request, response) => {
    const inherited = [];
    for (const name in {}) inherited.push(name);
    response.end(JSON.stringify({ hashes, inherited, isAdmin: {}.isAdmin ?? null }));
  })
    .listen(Number(port), '127.0.0.1')
    .unref();
}
