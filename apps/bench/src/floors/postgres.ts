// One prepared SELECT by primary key, through a pool of the driver's default size.
import { Hono } from 'hono';
import pg from 'pg';
import { listen, required } from './serve.ts';

const pool = new pg.Pool({ connectionString: required('DATABASE_URL') });
await pool.query('CREATE TABLE one (id text PRIMARY KEY, value text NOT NULL)');
await pool.query("INSERT INTO one SELECT 'key-' || n, 'value' FROM generate_series(1, 1000) n");

listen(
  new Hono().get('/', async (c) => {
    const { rows } = await pool.query({
      name: 'by_key',
      text: 'SELECT value FROM one WHERE id = $1',
      values: [c.req.header('authorization')?.slice(7)],
    });
    return rows.length === 0 ? c.body(null, 401) : c.body(null, 204);
  }),
);
