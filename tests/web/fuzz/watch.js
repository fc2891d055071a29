/**
 * Writes down an input on which the main thread stays for a minute, and ends the program.
 */

import { writeFileSync } from "node:fs";
import process from "node:process";
import { workerData } from "node:worker_threads";

const { shared, prefix } = workerData;
const [state, tried] = [new Int32Array(shared, 0, 2), new Uint8Array(shared, 8)];
const MINUTE = 60_000;

let last = -1;
setInterval(() => {
  if (state[0] === last && last > 0) {
    writeFileSync(`${prefix}timeout-${last}`, tried.slice(0, state[1]));
    process.kill(process.pid);
  }
  last = state[0];
}, MINUTE);
