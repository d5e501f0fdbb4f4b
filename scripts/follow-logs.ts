import { closeSync, openSync, readSync, statSync, watchFile } from 'node:fs';

/** Prints what a file grows by from now on. */
export function followLogs(file: string): void {
  let position = statSync(file).size;
  watchFile(file, { interval: 200 }, ({ size }) => {
    // A file that shrank was begun anew.
    if (size < position) position = 0;
    process.stdout.write(read(file, position, size));
    position = size;
  });
}

function read(file: string, from: number, to: number): Buffer {
  const bytes = Buffer.alloc(Math.max(0, to - from));
  const descriptor = openSync(file, 'r');
  try {
    return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, from));
  } finally {
    closeSync(descriptor);
  }
}
