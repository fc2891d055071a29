// The page's side of test_page.py: plays recordings from standard input, and records them anew.
//
// Everything both ways is a 32-bit length, little-endian, and as many bytes. In come recordings. To each the answer is
// JSON: what went wrong, or what is shown; then a recording of what a live tape kept of it, of the pictures named there.

import { Buffer } from "node:buffer";
import { hash } from "node:crypto";

import { RecordingError } from "../../web/instruments/chunks.js";
import { tapeOf } from "../../web/instruments/reader.js";
import { Tape } from "../../web/instruments/tape.js";
import { recordingOf } from "../../web/instruments/writer.js";
import { parts, say } from "../pipe.js";

/** All pictures, and a live tape that received them. */
function play(reel) {
  const tape = new Tape({ seconds: 1e9 });
  const pictures = [];
  for (let id = reel.first; id < reel.end; id++) {
    const { message, announced, gap, received, position } = reel.entry(id);
    const picture = reel.at(id);
    const { number, time, meta, width, height, format, pixels } = picture;
    const sha256 = hash("sha256", pixels, "hex");
    pictures.push({ number, time, meta, width, height, format: format.name, position, sha256 });
    if (gap !== null) tape.lost(gap);
    tape.add(message.slice().buffer, picture, announced, received);
  }
  return { pictures, tape };
}

for await (const part of parts()) {
  try {
    const reel = await tapeOf(new Blob([part]));
    const { pictures, tape } = play(reel);
    const [from, to] = [tape.end >> 2, tape.end - (tape.end >> 3)];
    const { until, problem } = reel;
    say(Buffer.from(JSON.stringify({ pictures, until, problem, from, to })));
    say(Buffer.from(await recordingOf(tape, from, to).arrayBuffer()));
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    say(Buffer.from(JSON.stringify({ error: error.message })));
    say(Buffer.alloc(0));
  }
}
