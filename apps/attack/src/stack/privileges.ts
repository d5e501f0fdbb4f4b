import { createHash, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import pg from 'pg';

/** The name under which the service reaches its stores. */
export const SERVICE = 'portcullis_service';

/** A role that may do what `migrate --grant-to` gives it (docs/operations.md). @returns the service’s URL */
export const makeRole = async (adminUrl: string, ownerUrl: string): Promise<string> => {
  const password = randomBytes(12).toString('hex');
  const url = new URL(ownerUrl);
  const admin = new URL(adminUrl);
  admin.pathname = url.pathname;
  const database = url.pathname.slice(1);
  await asRole(admin.href, async (client) => {
    await client.query(`CREATE ROLE ${SERVICE} LOGIN PASSWORD '${password}'`);
    await client.query(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC`);
    await client.query(`GRANT CONNECT ON DATABASE ${database} TO ${SERVICE}`);
  });
  Object.assign(url, { username: SERVICE, password });
  return url.href;
};

export const asRole = async <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: url, application_name: 'attack' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

/** The user of docker/redis-users.acl, beside the one of the operator. @returns the service’s URL */
export const makeUser = async (adminUrl: string, acl: string): Promise<string> => {
  const password = randomBytes(12).toString('hex');
  const digest = createHash('sha256').update(password).digest('hex');
  const [, rules = ''] = /^user portcullis (.*)$/m.exec(acl.replace('__PASSWORD_SHA256__', digest)) ?? [];
  const [answer = ''] = await askRedis(adminUrl, [`ACL SETUSER ${SERVICE} ${rules}`]);
  if (answer !== '+OK') throw new Error(`the user in Redis could not be made: ${answer}`);
  const url = new URL(adminUrl);
  Object.assign(url, { username: SERVICE, password });
  return url.href;
};

/** Sends inline commands and gives the first line of each answer. @throws Error when the connection fails */
export const askRedis = (url: string, commands: readonly string[]): Promise<string[]> =>
  new Promise((resolve, reject) => {
    const { hostname, port, username, password } = new URL(url);
    const socket = connect(Number(port), hostname);
    const auth = password === '' ? [] : [`AUTH ${username === '' ? 'default' : username} ${password}`];
    const answers: string[] = [];
    let rest = '';
    socket.setEncoding('utf8');
    socket.on('error', reject);
    socket.on('data', (part: string) => {
      rest += part;
      // Only answers of one line are asked for: a refusal, or +OK.
      const lines = rest.split('\r\n');
      if (lines.length <= auth.length + commands.length) return;
      answers.push(...lines.slice(auth.length, auth.length + commands.length));
      socket.destroy();
      resolve(answers);
    });
    socket.write([...auth, ...commands].map((command) => `${command}\r\n`).join(''));
  });
