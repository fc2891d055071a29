// The other half of kernel.py: decodes what comes by standard input, in turns by JavaScript and by WebAssembly, and prints
// what each task took. Each content is a line of JSON, and its messages one after the other, the first of them whole.

import { Buffer } from "node:buffer";
import process from "node:process";

import { blank, decode } from "../web/codec.js";
import { loadKernel } from "../web/kernel/kernel.js";
import { inJavaScript } from "../web/loops.js";
import { MARKED_LZ4, contentLengths, parse } from "../web/wire.js";

const ROUNDS = 60;
const kernels = [inJavaScript, await loadKernel()];

/** The lowest tenth, which another program on the machine disturbs least, and the median. */
const figures = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  return [sorted[Math.floor(values.length / 10)], sorted[values.length >> 1]];
};

/** Milliseconds of the processor, which others on the machine do not lengthen. */
function spent() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Notes what each task takes, for one kernel. */
function turn(messages, picture, costs) {
  const { loops, width, height, format } = picture;
  const timed = (task, work) => {
    const began = spent();
    const result = work();
    (costs[task] ??= []).push(spent() - began);
    return result;
  };
  timed("whole picture", () => decode(messages[0], picture));
  timed("checksum", () => loops.crc32());
  timed("convert", () => loops.convert(0, width * height));
  for (const message of messages.slice(1)) timed("delta", () => decode(message, picture));
  // The parts of the first message, which marks every pixel: what it draws is there already.
  for (const { firstRow, rows, kind, start, end } of parse(messages[0]).segments) {
    const most = contentLengths(format, width, rows)[1];
    const length = timed(kind === MARKED_LZ4 ? "unpack" : "take", () =>
      kind === MARKED_LZ4
        ? loops.unpack(messages[0], start, end, most)
        : loops.take(messages[0], start, end),
    );
    timed("draw", () => loops.draw({ firstRow, rows }, length));
  }
}

function measure(name, messages) {
  const { width, height, format, epoch } = parse(messages[0]);
  const pictures = kernels.map((kernel) => blank({ epoch, format, width, height }, kernel));
  const costs = [{}, {}];
  const rounds = Math.max(6, Math.round((ROUNDS * 614400) / (width * height)));
  for (let round = 0; round < rounds; round++) {
    pictures.forEach((picture, at) => turn(messages, picture, costs[at]));
  }
  for (const [task, values] of Object.entries(costs[0])) {
    const [js, wasm] = [figures(values), figures(costs[1][task])];
    const cells = [...js, ...wasm].map((cell) => cell.toFixed(3).padStart(9)).join("");
    const ratio = (js[0] / wasm[0]).toFixed(1).padStart(9);
    process.stdout.write(
      `${name.padEnd(16)} ${`${width}x${height}`.padEnd(10)} ${task.padEnd(13)}${cells}${ratio}\n`,
    );
  }
}

let rest = Buffer.alloc(0);
process.stdout.write(
  "ms, lowest tenth and median: JavaScript, WebAssembly; ratio of the lowest tenths\n",
);
let content = null;
for await (const data of process.stdin) {
  rest = Buffer.concat([rest, data]);
  for (;;) {
    if (!content) {
      const line = rest.indexOf("\n");
      if (line < 0) break;
      content = JSON.parse(rest.subarray(0, line));
      rest = rest.subarray(line + 1);
    }
    const total = content.lengths.reduce((sum, length) => sum + length, 0);
    if (rest.length < total) break;
    let at = 0;
    const messages = content.lengths.map((length) =>
      Uint8Array.from(rest.subarray(at, (at += length))),
    );
    rest = rest.subarray(total);
    measure(content.name, messages);
    content = null;
  }
}
