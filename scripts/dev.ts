// `npm run dev`: the stack of `npm start`, with API, worker and web client following every edit.
import { join } from 'node:path';
import { root } from './command.ts';
import { develop } from './development.ts';
import { followLogs } from './follow-logs.ts';
import { viteProgram } from './web-build.ts';

await develop('Portcullis: starting for development.', async (development) => {
  const { services, ports, stage } = development;
  const demo = await development.prepareDatabase();
  await development.startService({ watch: true });
  await stage('Web server', async () => {
    await services.start({
      name: 'web',
      args: [viteProgram, '--port', String(ports.web), '--strictPort', '--host', '127.0.0.1'],
      cwd: join(root, 'apps/web'),
      env: {
        ...process.env,
        PORT_WEB: String(ports.web),
        PORTCULLIS_API_URL: `http://127.0.0.1:${ports.api}`,
      },
    });
    await services.ready('web', `http://127.0.0.1:${ports.web}/`);
  });
  development.announce(demo);
  followLogs(['api', 'worker', 'web'].map((name) => ({ name, file: services.logFile(name) })));
});
