import { isRaw, type QueryResult, raw } from '@mikro-orm/core';
import { type Configuration, PostgreSqlConnection, PostgreSqlDriver } from '@mikro-orm/postgresql';
import { CompiledQuery, type Transaction as KyselyTransaction } from 'kysely';

const isSecret = (value: unknown): value is Uint8Array | string =>
  value instanceof Uint8Array || (typeof value === 'string' && value.startsWith('$'));

/**
 * MikroORM writes values into the SQL text, and Postgres shows that text in `pg_stat_activity` and in its logs. Hashes
 * (bytea, and PHC strings, which begin with `$`) are therefore taken out again and sent as bind parameters.
 */
const bindSecrets = (params: readonly unknown[]): { params: unknown[]; bound: unknown[] } => {
  const bound: unknown[] = [];
  const rest = params.map((value) => {
    if (!isSecret(value)) return value;
    bound.push(value);
    return raw(`$${bound.length}`);
  });
  return { params: rest, bound };
};

class BindingConnection extends PostgreSqlConnection {
  override async execute<T extends QueryResult | Record<string, unknown> | Record<string, unknown>[]>(
    ...args: Parameters<PostgreSqlConnection['execute']>
  ): Promise<T> {
    const [query, params = [], method = 'all', ctx, loggerContext] = args;
    const text = typeof query === 'string' ? query : isRaw(query) ? query.sql : null;
    const values = typeof query === 'string' ? params : isRaw(query) ? query.params : null;
    if (text === null || !Array.isArray(values) || !values.some(isSecret))
      return super.execute<T>(query, params, method, ctx, loggerContext);
    await this.ensureConnection();
    this.config.get('onQuery')(text, []);
    const { params: inlined, bound } = bindSecrets(values);
    const sql = this.platform.formatQuery(text, inlined);
    const result = await this.executeQuery(
      text,
      async () => {
        const target = (ctx ?? this.getClient()) as KyselyTransaction<unknown>;
        return this.transformRawResult<T>(await target.executeQuery(CompiledQuery.raw(sql, bound)), method);
      },
      { query: text, params: [] },
    );
    return result as T;
  }
}

/** The ORM's Postgres driver with hashes sent as bind parameters. */
export class BindingDriver extends PostgreSqlDriver {
  // The driver makes its connection in its constructor and takes no class for it; nothing is connected before `init` ends.
  protected override readonly connection: BindingConnection;

  constructor(config: Configuration) {
    super(config);
    this.connection = new BindingConnection(this.config);
    this.connection.setPlatform(this.platform);
  }
}
