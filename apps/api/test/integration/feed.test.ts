import type { FeedPosition, FeedRow } from '@portcullis/authority/feed';
import type { TestDatabase } from '@portcullis/devstack/test-database';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Instance, startInstance } from '../support/instance.ts';
import { freshDatabase } from '../support/template.ts';

describe('P10: a reader of the feed that resumes never skips a row, in whatever order rows commit', () => {
  let base: TestDatabase;
  let instance: Instance;
  const writers: pg.Client[] = [];

  const writer = async () => {
    const client = new pg.Client({ connectionString: base.url });
    await client.connect();
    await client.query('BEGIN');
    writers.push(client);
    return client;
  };
  const write = (client: pg.Client, type: string, xid = 'pg_current_xact_id()') =>
    client.query(
      `INSERT INTO portcullis.revocation_feed (xid, account_id, epoch, type, cause, at) VALUES (${xid}, gen_random_uuid(), 1, $1, 'test', now())`,
      [type],
    );
  /** Everything from a place on, in pages. */
  const readOn = async (from: FeedPosition, page = 100): Promise<{ types: string[]; at: FeedPosition }> => {
    const seen: FeedRow[] = [];
    let at = from;
    for (let last = page; last === page; ) {
      const found = await instance.feed.after(at, page);
      seen.push(...found);
      at = found.at(-1) ?? at;
      last = found.length;
    }
    return { types: seen.map((row) => row.type), at };
  };

  beforeAll(async () => {
    base = await freshDatabase();
    instance = await startInstance({ databaseUrl: base.url, redisUrl: null });
  });
  afterEach(async () => {
    for (const client of writers.splice(0)) await client.end();
  });
  afterAll(async () => {
    await instance.close();
    await base.drop();
  });

  it('P10: a row whose serial number is lower commits later: the reader waits for it', async () => {
    const start = await instance.feed.end();
    const [slow, quick] = [await writer(), await writer()];
    await write(slow, 'first written');
    await write(quick, 'second written');
    await quick.query('COMMIT');
    const early = await readOn(start);
    expect(early.types).toEqual([]);
    await slow.query('COMMIT');
    expect((await readOn(early.at)).types).toEqual(['first written', 'second written']);
  });

  it('P10: a row whose serial number is higher may belong to an older transaction: order is by transaction', async () => {
    const start = await instance.feed.end();
    const [old, young] = [await writer(), await writer()];
    await old.query('SELECT pg_current_xact_id()');
    await write(young, 'of the younger');
    await young.query('COMMIT');
    const early = await readOn(start);
    expect(early.types).toEqual([]);
    await write(old, 'of the older');
    await old.query('COMMIT');
    expect((await readOn(early.at)).types).toEqual(['of the older', 'of the younger']);
  });

  it('P10: whoever begins to read misses nothing that was not yet committed', async () => {
    const open = await writer();
    await write(open, 'not yet committed');
    const start = await instance.feed.end();
    await open.query('COMMIT');
    expect((await readOn(start)).types).toEqual(['not yet committed']);
  });

  it('P10: transactions are ordered as numbers, never as text, and a page may end between two rows of one', async () => {
    const client = await writer();
    for (const xid of ['9', '10', '9', '100']) await write(client, `of ${xid}`, `'${xid}'`);
    await client.query('COMMIT');
    const expected = ['of 9', 'of 9', 'of 10', 'of 100'];
    for (const page of [1, 2, 3, 100]) {
      const { types } = await readOn({ xid: '0', id: '0' }, page);
      expect(types.slice(0, 4)).toEqual(expected);
    }
  });

  it('P10: nobody is told of what was rolled back', async () => {
    const start = await instance.feed.end();
    const client = await writer();
    await write(client, 'rolled back');
    await client.query('ROLLBACK');
    expect((await readOn(start)).types).toEqual([]);
  });
});
