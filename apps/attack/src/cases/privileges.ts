import { allOf, attack, type Case, eachOf } from '../case.ts';
import { askRedis, asRole } from '../stack/privileges.ts';

/** What somebody who took over an instance would like to do in Postgres. */
const STATEMENTS = [
  'CREATE TABLE portcullis.mine (id int)',
  'CREATE TABLE public.mine (id int)',
  'CREATE SCHEMA mine',
  'CREATE ROLE mine',
  'ALTER TABLE portcullis.account ADD COLUMN mine int',
  'DROP TABLE portcullis.session',
  'TRUNCATE portcullis.session',
  'ALTER TABLE portcullis.account DISABLE TRIGGER ALL',
  "UPDATE portcullis.audit_event SET type = 'x'",
  'DELETE FROM portcullis.audit_event',
  'SELECT * FROM pg_authid',
  "SELECT pg_read_file('postgresql.conf')",
  "COPY (SELECT 1) TO PROGRAM 'true'",
  'ALTER SYSTEM SET fsync = off',
  'CREATE EXTENSION dblink',
  "SET session_replication_role = 'replica'",
];

/** And in Redis. */
const COMMANDS = [
  'CONFIG GET *',
  'CONFIG SET maxmemory 1',
  'FLUSHALL',
  'FLUSHDB',
  'KEYS *',
  'DEBUG SLEEP 0',
  'SCRIPT FLUSH',
  'FUNCTION LIST',
  'ACL LIST',
  'SHUTDOWN NOSAVE',
  'REPLICAOF NO ONE',
  'CLIENT LIST',
  'MONITOR',
  'SAVE',
  'GET other:key',
  'SET other:key 1',
  'EVAL "return redis.call(\'get\',KEYS[1])" 1 other:key',
  'EVAL "return redis.call(\'flushall\')" 0',
  'PUBLISH other:channel x',
];

export const privilegeCases: Case[] = [
  attack(
    'AT-118',
    'what else the role of the service may do in Postgres',
    'refused: 42501',
    async (arena) =>
      asRole(arena.env['DATABASE_URL'] ?? '', async (client) =>
        allOf(
          await eachOf(
            STATEMENTS,
            async (statement) => {
              const code = await client.query(statement).then(
                () => 'done',
                (error: { code?: string }) => `refused: ${error.code}`,
              );
              return [statement, code] as const;
            },
            1,
          ),
        ),
      ),
    'last',
  ),

  attack(
    'AT-119',
    'what else the user of the service may do in Redis',
    'refused',
    async (arena) => {
      const answers = await eachOf(COMMANDS, async (command) => {
        const [answer = ''] = await askRedis(arena.env['REDIS_URL'] ?? '', [command]);
        const isRefused =
          /^-(?:NOPERM|ERR DEBUG command not allowed|ERR The user executing the script can't run)/.test(
            answer,
          );
        return [command, isRefused ? 'refused' : answer.slice(0, 60)] as const;
      });
      return allOf(answers);
    },
    'last',
  ),
];
