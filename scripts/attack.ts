// `npm run attack`: every attack of the catalogue on the running service (docs/attacks.md).
await import('../apps/attack/src/main.ts');
