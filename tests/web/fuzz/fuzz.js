/**
 * One law about web/, and inputs sought out by what of it they reach. Takes options and folders, and says
 * what it did, as programs of libFuzzer do: so ../../fuzz runs all of them alike. (jazzer.js 4.0, which is
 * libFuzzer for JavaScript, needs a libc of 2.38; Debian 12 has 2.36.)
 *
 *     node tests/web/fuzz/fuzz.js LAW -max_total_time=S [-seed=N] [-max_len=N] -artifact_prefix=P CORPUS SEEDS...
 */

import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { Worker } from "node:worker_threads";

import { Coverage, instrument } from "./coverage.js";
import { chance, mutated } from "./mutate.js";

/** @typedef {{check: (bytes: Uint8Array<ArrayBuffer>) => void | Promise<void>, MOST_MEMORY: number}} Law */

/** Of the processor, for one input, in microseconds. */
const MOST_TIME = 2_000_000;
const FOUND = 77;

const [name, ...words] = process.argv.slice(2);
const options = Object.fromEntries(
  words.filter((word) => word.startsWith("-")).map((word) => word.slice(1).split("=")),
);
const folders = words.filter((word) => !word.startsWith("-"));
const most = Number(options.max_len ?? 4096);
const seed = Number(options.seed ?? Date.now() % 2 ** 31);
const next = chance(seed);
const until = Date.now() + 1000 * Number(options.max_total_time);

/** The input that is tried: an input that never ends is written by another thread. */
const shared = new SharedArrayBuffer(8 + most);
const [state, tried] = [new Int32Array(shared, 0, 2), new Uint8Array(shared, 8)];
const watch = new Worker(new URL("watch.js", import.meta.url), {
  workerData: { shared, prefix: options.artifact_prefix ?? "" },
});
watch.unref();

instrument();
/** @type {Law} */
const law = await import(`./laws/${name}.js`);
const coverage = new Coverage();
/** @type {Uint8Array[]} */
const corpus = [];
let runs = 0;

/** @param {string} kind */
const say = (kind) =>
  process.stdout.write(
    `#${runs}\t${kind} cov: ${coverage.edges} ft: ${coverage.features} corp: ${corpus.length}/${corpus.reduce((sum, { length }) => sum + length, 0)}b\n`,
  );

/** @param {Uint8Array} bytes */
const hashOf = (bytes) => createHash("sha1").update(bytes).digest("hex");

/** @param {Uint8Array} bytes @param {unknown} error @returns {never} */
function tell(bytes, error) {
  const file = `${options.artifact_prefix ?? ""}crash-${hashOf(bytes)}`;
  writeFileSync(file, bytes);
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n${file}\n`);
  process.exit(FOUND);
}

/** Whether it reached anything new. @param {Uint8Array} bytes */
async function attempt(bytes) {
  tried.set(bytes);
  state[1] = bytes.length;
  state[0]++;
  runs++;
  const [memory, time] = [process.memoryUsage().arrayBuffers, process.cpuUsage()];
  try {
    await law.check(Uint8Array.from(bytes));
    const { user, system } = process.cpuUsage(time);
    if (user + system > MOST_TIME) throw new Error(`it took ${user + system} microseconds`);
    const taken = process.memoryUsage().arrayBuffers - memory;
    if (taken > law.MOST_MEMORY) throw new Error(`it took ${taken} bytes of memory`);
  } catch (error) {
    tell(bytes, error);
  }
  return coverage.take();
}

for (const folder of folders) {
  for (const file of readdirSync(folder)) {
    const bytes = readFileSync(path.join(folder, file)).subarray(0, most);
    if (await attempt(bytes)) corpus.push(bytes);
  }
}
if (!corpus.length) corpus.push(Uint8Array.of(10));
say("INITED");
while (Date.now() < until) {
  const bytes = mutated(corpus, next, most);
  if (!(await attempt(bytes))) continue;
  corpus.push(bytes);
  if (folders.length) writeFileSync(path.join(folders[0], hashOf(bytes)), bytes);
  say("NEW");
}
say("DONE");
process.exit(0);
