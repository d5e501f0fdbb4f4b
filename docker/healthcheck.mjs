// Ends with 0 while the process answers. Liveness only: an instance that waits for Postgres must not be restarted.
const port = process.env.OPS_PORT || 9000;
const answer = await fetch(`http://127.0.0.1:${port}/livez`, { signal: AbortSignal.timeout(2_000) });
process.exit(answer.ok ? 0 : 1);
