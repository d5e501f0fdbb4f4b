// `npm run proof`: real processes under real faults; the program is the package's own.
await import('../apps/proof/src/main.ts');
