// `npm run dev`: the stores of `npm start`, and `turbo dev` over them: API, worker and web client follow every edit.
import { join } from 'node:path';
import { root } from './command.ts';
import { develop } from './development.ts';
import { followLogs } from './follow-logs.ts';

await develop('Portcullis: starting for development.', async (development) => {
  const { services, ports, stage } = development;
  const demo = await development.prepareDatabase();
  await stage('API, worker, web client', async () => {
    await services.start({
      name: 'turbo',
      program: join(root, 'node_modules/.bin/turbo'),
      args: ['run', 'dev', 'dev:worker', '--no-update-notifier'],
      env: {
        ...process.env,
        ...development.env,
        WORKER_OPS_PORT: String(ports.workerOps),
        PORT_WEB: String(ports.web),
        PORTCULLIS_API_URL: `http://127.0.0.1:${ports.api}`,
      },
    });
    await services.ready('turbo', `http://127.0.0.1:${ports.ops}/readyz`);
    await services.ready('turbo', `http://127.0.0.1:${ports.workerOps}/readyz`);
    await services.ready('turbo', `http://127.0.0.1:${ports.web}/`);
  });
  development.announce(demo);
  followLogs(services.logFile('turbo'));
});
