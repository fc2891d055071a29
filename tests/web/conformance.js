/**
 * The page's own decoder and viewer as a program of the line protocol; see ../vectors/README.md. Run
 * with `ws-stream conformance node tests/web/conformance.js`.
 */

import { createInterface } from "node:readline";

import { parseControl } from "../../web/control.js";
import { crc32 } from "../../web/crc32.js";
import "../../web/formats/raw.js";
import { Outage, isFinal } from "../../web/outage.js";
import { BY_NAME } from "../../web/pixels.js";
import { Session } from "../../web/session.js";
import { NO_ACK } from "../../web/wire.js";
import { ANNOUNCED } from "./pictures.js";

/** @import { Outcome, ViewerMessage } from "../../web/types.d.ts" */

/** Not `http`: browsers call a connection that was never made closed as well. */
const CLAIMS = [
  ...["marked", "lz4", "copy", "checksum", "side-data", "rgb"],
  ...["control", "long-texts", "session", "resync", "retry"],
  ...BY_NAME.keys(),
];

let outage = new Outage();
let session = new Session();
let now = 0;
let isViewer = false;
/** What `hold` said last. @type {{number: number, pixels: Uint8Array} | null} */
let held = null;

/** @param {string} word */
const heard = (word) => Buffer.from(word === "-" ? "" : word, "hex");
/** @param {Uint8Array} bytes */
const said = (bytes) => Buffer.from(bytes).toString("hex") || "-";

/** @param {string} answer @param {(ViewerMessage | null | undefined)[]} messages that are sent */
function sending(answer, ...messages) {
  const sent = messages.flatMap((message) => message ?? []);
  if (sent.length) session.saidAt = now;
  return [answer, ...sent.map((message) => said(Buffer.from(JSON.stringify(message))))].join(" ");
}

/** @param {string | Uint8Array} message @returns {Outcome} */
function receive(message) {
  const data = typeof message === "string" ? message : Uint8Array.from(message).buffer;
  const outcome = session.receive(data, now);
  if (session.isAlive) outage.end();
  return outcome;
}

/** @param {Buffer} message */
function picture(message) {
  const { runs, error, isOver, reply } = receive(message);
  if (error) return sending(isViewer && isOver ? "close" : "refused", reply);
  if (!runs || !session.picture) return sending("ignored", reply);
  const { epoch, number, time, meta, pixels } = session.picture;
  const crc = crc32(pixels).toString(16).padStart(8, "0");
  const ack = message[3] & NO_ACK ? "no-ack" : "ack";
  const side = meta ? said(Buffer.from(JSON.stringify(meta))) : "-";
  const drawn = session.acknowledgements.draw({ epoch, number });
  return sending(`applied ${number} ${time} ${crc} ${ack} ${side}`, reply, drawn?.reply);
}

function rgb() {
  const { loops, width, height } = /** @type {NonNullable<Session["picture"]>} */ (session.picture);
  const half = (height >> 1) * width;
  // Each half by itself: a page draws the rows that changed.
  loops.convert(half, width * height);
  loops.convert(0, half);
  const { buffer, byteOffset, byteLength } = loops.rgba;
  return `rgb ${said(new Uint8Array(buffer, byteOffset, byteLength).filter((_, at) => at % 4 !== 3))}`;
}

/** @param {string} text */
function server(text) {
  const { error, isOver, reply } = receive(text);
  if (error) return sending(isOver ? "close" : "refused", reply);
  return sending(parseControl(text) ? "ok" : "ignored", reply);
}

/** @param {string} epoch @param {string} format @param {number} width @param {number} height */
function announce(epoch, format, width, height) {
  session = new Session();
  held = null;
  isViewer = false;
  const told = { ...ANNOUNCED, epoch: Number(epoch), format, width, height };
  return receive(JSON.stringify(told)).error ? "refused" : "ok";
}

function hold() {
  if (!session.picture || !held) return "ok";
  session.picture.number = held.number;
  session.picture.pixels.set(held.pixels);
  return "ok";
}

/** @param {number} code */
function closed(code) {
  if (isFinal(code)) return "final";
  outage.begin("", now, code);
  return `retry ${Math.round(outage.retryAt - now)}`;
}

function connect() {
  session = new Session();
  isViewer = true;
  return "ok";
}

/** @type {Record<string, (...words: string[]) => string>} */
const COMMANDS = {
  conformance: () => `conformance 1 ws-stream-js ${CLAIMS.join(" ")}`,
  announce: (epoch, format, width, height) =>
    announce(epoch, format, Number(width), Number(height)),
  hold: (number, pixels) => {
    if (number) held = { number: Number(number), pixels: heard(pixels) };
    return hold();
  },
  picture: (word) => picture(heard(word)),
  rgb,
  begin: () => {
    outage = new Outage();
    now = 0;
    return connect();
  },
  connect,
  server: (word) => server(heard(word).toString()),
  time: (milliseconds) => {
    now = Number(milliseconds);
    return "ok";
  },
  resync: () => sending("ok", session.resync()),
  closed: (code) => closed(Number(code)),
};

/** @type {string[]} */
let answers = [];
for await (const line of createInterface({ input: process.stdin })) {
  const [command, ...words] = line.split(" ");
  if (command) answers.push(COMMANDS[command]?.(...words) ?? "unknown");
  else {
    process.stdout.write(answers.map((answer) => `${answer}\n`).join(""));
    answers = [];
  }
}
process.stdout.write(answers.map((answer) => `${answer}\n`).join(""));
