import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { httpClient } from '../support/http-client.ts';
import { type Service, startService } from '../support/service.ts';
import { startStores, type Stores } from '../support/service-stores.ts';

const LEAKED = 'an honest passphrase that leaked 1';
const GOOD = 'an honest passphrase of nobody 2';
const suffix = createHash('sha1').update(LEAKED).digest('hex').toUpperCase().slice(5);

const leaks = createServer((_, response) => response.end(`${suffix}:7\r\n`));
let stores: Stores;
let api: Service;

beforeAll(async () => {
  await new Promise<void>((resolve) => leaks.listen(0, '127.0.0.1', resolve));
  stores = await startStores();
  api = await startService('serve', {
    ...stores.env,
    PORTCULLIS_BREACH_CHECK_URL: `http://127.0.0.1:${(leaks.address() as AddressInfo).port}/range`,
    PORTCULLIS_BREACH_CHECK_TIMEOUT_MS: '5000',
  });
});
afterAll(async () => {
  await api?.stop();
  leaks.close();
  await stores?.finish();
});

it('a leaked password is refused at sign-up, reset and change; while nobody can be asked, all go on', async () => {
  const { email, password } = await stores.person();
  const client = httpClient(api.url);
  expect((await client.mutate('session.signIn', { email, password })).status).toBe(200);
  const token = await stores.link((await stores.person()).accountId, 'reset_password');
  const signUp = (chosen: string) =>
    client.mutate('account.signUp', { email: 'new@example.test', password: chosen });
  const change = (newPassword: string) =>
    client.mutate('account.changePassword', { currentPassword: password, newPassword });
  const reset = (newPassword: string) => client.mutate('account.resetPassword', { token, newPassword });

  for (const attempt of [signUp, change, reset]) {
    const refused = await attempt(LEAKED);
    expect(refused.status).toBe(400);
    expect(refused.error).toMatchObject({ reason: 'password_rejected', rules: ['breached'] });
  }
  expect((await signUp(GOOD)).status).toBe(200);

  leaks.closeAllConnections();
  await new Promise((resolve) => leaks.close(resolve));
  for (const attempt of [signUp, change, reset]) expect((await attempt(LEAKED)).status).toBe(200);
  const metrics = await (await fetch(`${api.opsUrl}/metrics`)).text();
  expect(metrics).toContain('portcullis_breach_checks_total{outcome="breached"} 3');
  expect(metrics).toContain('portcullis_breach_checks_total{outcome="unavailable"} 3');
});
