/**
 * The four scripts of spec §3, line by line what redis/scripts.ts says in Lua. test/scripts.test.ts holds the two
 * against each other on a real Redis.
 */

/** One hash. Null TTL: it stays for ever. */
export interface Key {
  fields: Map<string, string>;
  expiresAtMs: number | null;
}

/** What a script sees of the server that runs it. */
export interface ScriptServer {
  replid: string;
  isPrimary: boolean;
  keys: Map<string, Key>;
  nowMs: () => number;
}

const isTrusted = (server: ScriptServer, histories: string): boolean =>
  server.isPrimary && histories.includes(server.replid);

const UNTRUSTED = ['untrusted'];

/** The key, if it is there and has not expired. */
const find = (server: ScriptServer, name: string): Key | undefined => {
  const key = server.keys.get(name);
  if (key?.expiresAtMs != null && key.expiresAtMs <= server.nowMs()) {
    server.keys.delete(name);
    return undefined;
  }
  return key;
};

/** HSET: makes the key when there is none. */
const set = (server: ScriptServer, name: string, field: string, value: string): Key => {
  const key = find(server, name) ?? { fields: new Map(), expiresAtMs: null };
  server.keys.set(name, key);
  key.fields.set(field, value);
  return key;
};

export const read = (
  server: ScriptServer,
  name: string,
  [histories = '', sessionId = '', nonce = '', ttlMs = '']: readonly string[],
): string[] => {
  if (!isTrusted(server, histories)) return UNTRUSTED;
  const fields = find(server, name)?.fields;
  const fences = fields?.get('f');
  if (fences !== undefined) return ['fenced', fences];
  const fact = fields?.get(`s:${sessionId}`);
  if (fields?.get('o') === server.replid && fact !== undefined) return ['decisive', fact];
  if (fields?.get('o') !== server.replid) {
    server.keys.delete(name);
    set(server, name, 'o', server.replid).expiresAtMs = server.nowMs() + Number(ttlMs);
  }
  set(server, name, `l:${sessionId}`, nonce);
  return ['leased'];
};

export const fill = (
  server: ScriptServer,
  name: string,
  [histories = '', sessionId = '', nonce = '', fact = '', ttlMs = '']: readonly string[],
): string[] => {
  if (!isTrusted(server, histories)) return UNTRUSTED;
  const fields = find(server, name)?.fields;
  if (fields?.has('f') || fields?.get('o') !== server.replid || fields.get(`l:${sessionId}`) !== nonce)
    return ['refused'];
  const key = set(server, name, `s:${sessionId}`, fact);
  key.fields.delete(`l:${sessionId}`);
  if (!key.fields.has('t')) {
    key.fields.set('t', '1');
    key.expiresAtMs = server.nowMs() + Number(ttlMs);
  }
  return ['filled'];
};

export const fence = (
  server: ScriptServer,
  name: string,
  [histories = '', nonce = '']: readonly string[],
): string[] => {
  if (!isTrusted(server, histories)) return UNTRUSTED;
  const held = find(server, name)?.fields.get('f');
  const key = set(server, name, 'f', held === undefined ? nonce : `${held} ${nonce}`);
  key.fields.delete('o');
  key.expiresAtMs = null;
  return ['fenced'];
};

export const release = (
  server: ScriptServer,
  name: string,
  [histories = '', nonces = '']: readonly string[],
): string[] => {
  if (!isTrusted(server, histories)) return UNTRUSTED;
  const gone = nonces.split(' ');
  const held = find(server, name)?.fields.get('f') ?? '';
  const kept = held.split(' ').filter((nonce) => nonce !== '' && !gone.includes(nonce));
  if (kept.length === 0) server.keys.delete(name);
  else set(server, name, 'f', kept.join(' '));
  return ['released'];
};
