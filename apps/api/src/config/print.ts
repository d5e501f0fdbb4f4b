import type { Config } from '../config.ts';

const HIDDEN = '[set]';

/** The place that a URL names, without user, password and parameters. */
const place = (address: string): string => {
  const url = new URL(address);
  return `${url.protocol}//${url.host}${url.pathname}`;
};

/** The configuration without its secrets. */
export const printable = (config: Config): object => ({
  ...config,
  database: { ...config.database, url: place(config.database.url) },
  redis: config.redis === null ? null : { url: place(config.redis.url) },
  smtp: { ...config.smtp, url: place(config.smtp.url) },
  keys: Object.fromEntries(Object.keys(config.keys).map((name) => [name, HIDDEN])),
});
