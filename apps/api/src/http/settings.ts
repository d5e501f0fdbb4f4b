/** What the HTTP side needs of the configuration. */
export interface HttpSettings {
  publicUrl: string;
  /** Origins of our own pages: what the `Origin` header of an unsafe call with cookies may say. */
  publicOrigins: readonly string[];
  /** Further origins whose pages may call, without cookies (CORS). */
  allowedOrigins: readonly string[];
  /** Addresses and networks of the proxies whose forwarding headers are believed. */
  trustProxy: readonly string[];
  requestDeadlineMs: number;
  /** `PUBLIC_URL` is https. */
  secureCookies: boolean;
}

/** Far above any input that a contract accepts. */
export const MAX_BODY_BYTES = 65_536;
