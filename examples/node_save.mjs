// Saves the next picture of a stream as a PPM, without a browser:
//
//     node examples/node_save.mjs ws://127.0.0.1:8000/stream/camera picture.ppm
//
// Node 22 or newer has all that it takes; Node 20 with --experimental-websocket.

import { writeFileSync } from "node:fs";
import process from "node:process";

import { rgbaOf } from "../web/formats/raw.js";
import { Stream } from "../web/stream.js";
import { printable } from "../web/words.js";

const [url, file] = process.argv.slice(2);
if (!file) {
  console.error("usage: node examples/node_save.mjs ws://HOST:PORT/stream/NAME FILE.ppm");
  process.exit(2);
}

const stream = new Stream(url);
stream.addEventListener("frame", ({ picture }) => {
  writeFileSync(file, ppm(picture));
  console.log(JSON.stringify({ number: picture.number, meta: picture.meta }));
  stream.close(); // to go on instead: stream.acknowledge(picture)
});
stream.addEventListener("state", () => {
  if (!["lost", "absent", "refused"].includes(stream.state)) return;
  console.error(`${stream.state}: ${printable(stream.reason)}`);
  process.exitCode = 1;
  stream.close(); // to wait for it instead, do nothing
});

/** @param {import("../web/types.d.ts").Picture} picture */
function ppm(picture) {
  const { width, height } = picture;
  const rgb = new Uint8Array(rgbaOf(picture).buffer).filter((_, at) => at % 4 !== 3);
  return Buffer.concat([Buffer.from(`P6\n${width} ${height}\n255\n`), rgb]);
}
