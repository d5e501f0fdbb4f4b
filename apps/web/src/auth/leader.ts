import { useEffect, useState } from 'react';

const LOCK = 'portcullis-live';

/**
 * Elects one tab of this browser to hold the live connection: the service allows few streams an account, and a browser
 * few connections a host. Where the Web Locks API is missing every tab leads itself.
 */
export const useLeadership = (): boolean => {
  const [leads, setLeads] = useState(!navigator.locks);
  useEffect(() => {
    if (!navigator.locks) return;
    const leaving = new AbortController();
    let release = () => {};
    navigator.locks
      .request(LOCK, { signal: leaving.signal }, () => {
        setLeads(true);
        return new Promise<void>((resolve) => {
          release = resolve;
          if (leaving.signal.aborted) resolve();
        });
      })
      .catch(() => undefined);
    return () => {
      leaving.abort();
      release();
      setLeads(false);
    };
  }, []);
  return leads;
};
