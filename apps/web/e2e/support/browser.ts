/** Works as root and in containers; nothing of the browser's own background traffic. */
export const chromiumOptions = {
  executablePath:
    process.env['PORTCULLIS_CHROMIUM'] ?? process.env['PORTCULLIS_TEST_CHROMIUM'] ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
    '--disable-dev-shm-usage',
  ],
};
