import { parseKeyRing } from '../adapters/key-ring.ts';
import { pepperIdOf } from '../adapters/pepper.ts';
import { withConnection } from '../adapters/postgres-connection.ts';
import type { Config } from '../config.ts';
import { type Check, codeOf, failed, ok, warning } from './check.ts';

const TIMEOUT_MS = 10_000;

const COUNT = String.raw`
SELECT substring(password_hash FROM ',keyid=([A-Za-z0-9+/]+)\$') AS pepper, count(*)::int AS accounts
FROM portcullis.account WHERE password_hash LIKE '$argon2id$%,keyid=%' GROUP BY 1`;

/** Whether every stored hash finds its pepper. Says nothing where none is used. */
export const examinePeppers = async (config: Config): Promise<Check[]> => {
  const { current, all } = parseKeyRing(config.keys).peppers;
  let rows: { pepper: string; accounts: number }[];
  try {
    rows = await counted(config.database.url);
  } catch (error) {
    // Without a schema there is nothing to count, and another check says so.
    return all.length === 0
      ? []
      : [warning('Peppers', `cannot be counted (${codeOf(error)})`, 'Run: portcullis migrate')];
  }
  const known = new Set(all.map(pepperIdOf));
  const sum = (isMeant: (pepper: string) => boolean) =>
    rows.reduce((total, { pepper, accounts }) => total + (isMeant(pepper) ? accounts : 0), 0);
  const missing = sum((pepper) => !known.has(pepper));
  if (missing > 0)
    return [
      failed(
        'Peppers',
        `${missing} passwords were hashed with a pepper that is not in the ring`,
        'Put it back into PORTCULLIS_PASSWORD_PEPPERS. If it is lost, their owners have to reset the password.',
      ),
    ];
  if (all.length === 0) return [];
  const newest = current === null ? null : pepperIdOf(current);
  const older = sum((pepper) => pepper !== newest);
  return [
    ok(
      'Peppers',
      older === 0
        ? `no password needs an older one; the newest has ${sum((pepper) => pepper === newest)}`
        : `${older} passwords still need another one than the newest`,
    ),
  ];
};

const counted = (url: string) =>
  withConnection({ url, name: 'portcullis doctor', timeoutMs: TIMEOUT_MS }, async (client) => {
    const { rows } = await client.query<{ pepper: string; accounts: number }>(COUNT);
    return rows;
  });
