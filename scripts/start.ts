// `npm start`: from nothing to a page where one can sign up, sign in and watch a revocation.
import { join } from 'node:path';
import { root } from './command.ts';
import { develop } from './development.ts';
import { buildWeb, viteProgram } from './web-build.ts';

await develop('Portcullis: starting everything a sign-in needs.', async (development) => {
  const { services, ports, stage } = development;
  const [demo] = await Promise.all([
    development.prepareDatabase().then(async (made) => {
      await development.startService();
      return made;
    }),
    stage('Web client', buildWeb),
  ]);
  await stage('Web server', async () => {
    await services.start({
      name: 'web',
      args: [viteProgram, 'preview', '--port', String(ports.web), '--strictPort', '--host', '127.0.0.1'],
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
});
