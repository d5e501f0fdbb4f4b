// Ends what a script left behind: its process group, the servers it listed, and (on Linux) whatever carries its mark.
import { readdirSync, readFileSync } from 'node:fs';

/** Sends a signal to every process of a group; false when the group is empty. */
export function signalGroup(group, signal) {
  return trySignal(-group, signal);
}

/** SIGTERM to all that is left, and SIGKILL to what has not ended five seconds later. */
export async function endLeftOvers({ group, list, mark }) {
  const deadline = performance.now() + 5000;
  let asked = false;
  for (;;) {
    const pids = new Set([...listed(list), ...marked(mark)]);
    const isGroupLeft = hasMembers(group);
    if (pids.size === 0 && !isGroupLeft) return;
    const isLate = performance.now() > deadline;
    if (!asked || isLate) {
      // A frozen process acts on nothing but SIGKILL until it is woken.
      for (const signal of isLate ? ['SIGKILL'] : ['SIGTERM', 'SIGCONT']) {
        if (isGroupLeft) signalGroup(group, signal);
        for (const pid of pids) trySignal(pid, signal);
      }
      asked = true;
      if (performance.now() > deadline + 2000) return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Processes that are over and wait to be reaped do not count: an init that never reaps keeps them for ever. */
function hasMembers(group) {
  if (process.platform !== 'linux') return signalGroup(group, 0);
  return processNumbers().some((pid) => {
    const fields = stat(pid);
    return fields !== undefined && fields[0] !== 'Z' && Number(fields[2]) === group;
  });
}

/** Servers in sessions of their own, as `pid start-time`: a number that was given away since is not theirs. */
function listed(list) {
  let lines = [];
  try {
    lines = readFileSync(list, 'utf8').trim().split('\n').filter(Boolean);
  } catch {
    return [];
  }
  return lines
    .map((line) => line.split(' '))
    .filter(([pid, start]) => (start ? startTime(pid) === start : trySignal(Number(pid), 0)))
    .map(([pid]) => Number(pid));
}

/** Processes whose environment holds the mark of this run. */
function marked(mark) {
  if (process.platform !== 'linux') return [];
  return processNumbers()
    .filter((pid) => carries(pid, mark))
    .map(Number);
}

function processNumbers() {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
}

function carries(pid, mark) {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`DEVSTACK_RUN=${mark}\0`);
  } catch {
    return false;
  }
}

/** Undefined when the process is gone, or over and not yet reaped. */
function startTime(pid) {
  const fields = stat(pid);
  return fields === undefined || fields[0] === 'Z' ? undefined : fields[19];
}

/** State, parent, group and what follows in /proc/<pid>/stat. */
function stat(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function trySignal(pid, signal) {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
