import { closeSync, openSync, readSync, watchFile } from 'node:fs';

/** Prints what the files grow by from now on, each line with its name in front. */
export function followLogs(files: { name: string; file: string }[]): void {
  for (const { name, file } of files) {
    let position: number | null = null;
    let rest = '';
    watchFile(file, { interval: 200 }, (now, before) => {
      position ??= before.size;
      // A file that shrank was begun anew.
      if (now.size < position) position = 0;
      const text = rest + read(file, position, now.size);
      position = now.size;
      const lines = text.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) process.stdout.write(`${name.padEnd(7)}${line}\n`);
    });
  }
}

function read(file: string, from: number, to: number): string {
  const bytes = Buffer.alloc(Math.max(0, to - from));
  const descriptor = openSync(file, 'r');
  try {
    return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, from)).toString();
  } finally {
    closeSync(descriptor);
  }
}
