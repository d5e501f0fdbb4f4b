// `npm run bench`: measures the service, what it is made of and what a user would pick instead, side by side.
await import('../apps/bench/src/main.ts');
