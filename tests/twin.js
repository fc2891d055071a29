// The JavaScript side of test_twins.py: decodes batches of messages from standard input with web/codec.js,
// by the loops in JavaScript and by those in WebAssembly; where they differ, the verdict is that it crashed.
//
// Everything both ways is a 32-bit length and as many bytes, integers little-endian. First come the pictures that may be
// held, as JSON; then batches, each message preceded by the index of its picture and its length, 32 bits each. The
// answer to a batch is, for each message: 1 byte of verdict, number (32 bits), time (64 bits), SHA-256 of the pixels,
// length of what follows (32 bits), side data as JSON.

import { Buffer } from "node:buffer";
import { hash } from "node:crypto";
import process from "node:process";

import { blank, decode } from "../web/codec.js";
import { loadKernel } from "../web/kernel/kernel.js";
import { BY_CODE } from "../web/pixels.js";
import { ChecksumError, ProtocolError, isPicture } from "../web/wire.js";
import { parts, say } from "./pipe.js";

const APPLIED = 0;
const REFUSED = 1;
const CHECKSUM = 2;
const IGNORED = 3;
const CRASHED = 4;
const KERNELS = [undefined, await loadKernel()];
const ANSWER_LENGTH = 1 + 4 + 8 + 32 + 4;

function hold({ code, epoch, number, time, width, height, pixels }) {
  const announced = { epoch, format: BY_CODE.get(code), width, height };
  const pictures = KERNELS.map((kernel) => blank(announced, kernel));
  return { pictures, number, time, pixels: Buffer.from(pixels, "hex") };
}

function verdict(message, picture) {
  if (!isPicture(message)) return IGNORED;
  try {
    decode(message, picture);
    return APPLIED;
  } catch (error) {
    if (error instanceof ChecksumError) return CHECKSUM;
    if (error instanceof ProtocolError) return REFUSED;
    process.stderr.write(`${error.stack}\n`);
    return CRASHED;
  }
}

function answer(batch, held) {
  const answers = [];
  for (let at = 0; at < batch.length;) {
    const { pictures, number, time, pixels } = held[batch.readUInt32LE(at)];
    const end = at + 8 + batch.readUInt32LE(at + 4);
    const [judged, twin] = pictures.map((one) => {
      Object.assign(one, { number, time, meta: null });
      one.pixels.set(pixels);
      return verdict(batch.subarray(at + 8, end), one);
    });
    const [picture, { pixels: others }] = pictures;
    const areEqual = judged === twin && !Buffer.compare(picture.pixels, others);
    const reply = Buffer.alloc(ANSWER_LENGTH);
    reply.writeUInt8(areEqual ? judged : CRASHED, 0);
    reply.writeUInt32LE(picture.number, 1);
    reply.writeBigUInt64LE(BigInt(picture.time), 5);
    hash("sha256", picture.pixels, "buffer").copy(reply, 13);
    const meta = Buffer.from(JSON.stringify(picture.meta));
    reply.writeUInt32LE(meta.length, 45);
    answers.push(reply, meta);
    at = end;
  }
  return Buffer.concat(answers);
}

let held = null;
for await (const part of parts()) {
  if (held === null) {
    held = JSON.parse(part.toString()).map(hold);
  } else {
    say(answer(part, held));
  }
}
