import { raw as fragment } from '@mikro-orm/postgresql';

/** An SQL expression in place of a column's next value, such as `epoch + 1`; the flush reads the result back. */
export const raw = (sql: string): never => fragment(sql) as never;
