// Runs before the first paint, so that a chosen theme never flashes the other one. The rest is in src/theme/theme.ts.
try {
  const theme = localStorage.getItem('portcullis.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is denied: the system's theme it is.
}
