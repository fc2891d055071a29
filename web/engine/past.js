/**
 * Back in time: the last minute as it came, or a recording from a file; stepped, played, saved.
 */

import { hold } from "./held.js";
import { atSpeed, dueAt, positionAt } from "../instruments/playback.js";
import { Tape } from "../instruments/tape.js";
import { ProtocolError } from "../wire.js";

/** @import { Reel } from "../instruments/reel.js" */
/** @import { Engine, Kept, Picture, Playing } from "../types.d.ts" */

/** The longest time of a timer, in ms. */
const LONGEST = 2 ** 31 - 1;

class Past {
  #engine;
  #tape;
  /** What is looked at: the tape, or a file. @type {Reel} */
  #reel;
  /** The id of the picture shown; null for what comes. @type {number | null} */
  #at = null;
  /** @type {Playing | null} */
  #playing = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** The file that is being read. @type {Blob | null} */
  #awaited = null;

  /** @param {Engine} engine @param {Tape} tape */
  constructor(engine, tape) {
    this.#engine = engine;
    this.#tape = this.#reel = tape;
  }

  /** Times in microseconds; those of pictures from the beginning of what is kept. */
  situation() {
    const { first, end, until, bytes, problem } = this.#reel;
    // What is shown may be kept no longer.
    const at = this.#at === null ? null : Math.max(this.#at, first);
    const entry = at === null ? null : this.#reel.entry(at);
    const length = until - this.#began;
    return {
      at,
      first,
      end,
      position: entry ? entry.position - this.#began : length,
      length,
      bytes,
      problem,
      isFile: this.#reel !== this.#tape,
      isPlaying: this.#playing !== null,
    };
  }

  /** @param {number} position */
  seek(position) {
    this.#stop();
    this.#show(this.#reel.idAt(this.#began + position));
  }

  /** @param {number} by pictures */
  step(by) {
    this.#stop();
    this.#show((this.#at ?? this.#reel.end - 1) + by);
  }

  /** From where it is, or from the beginning. @param {number} speed 1 is that of life */
  play(speed) {
    clearTimeout(this.#timer);
    const now = performance.now();
    if (this.#at === null || this.#at >= this.#reel.end - 1) {
      this.#playing = null;
      this.#show(this.#reel.first);
    }
    const from = this.#reel.entry(this.#at ?? 0)?.position ?? this.#began;
    this.#playing = this.#playing
      ? atSpeed(this.#playing, speed, now)
      : { from, began: now, speed };
    this.#next();
  }

  pause() {
    this.#stop();
    this.#tell();
  }

  /** Shows again what comes. */
  live() {
    hold(this.#engine, null);
    this.#leave();
  }

  /** Shows again what comes, unless something else than the past is held. */
  end() {
    if (this.#at !== null) this.live();
    else this.#leave();
  }

  /** What is kept, as a recording. */
  async save() {
    const { recordingOf } = await import("../instruments/writer.js");
    const first = this.#reel.entry(this.#reel.first);
    if (!first) throw new Error("no picture is kept yet");
    const blob = recordingOf(this.#reel);
    if (this.#at !== null) this.#show(this.#at); // it was made anew
    return { blob, time: first.time, number: first.number };
  }

  /** Unless another is wished meanwhile. @param {Blob} file a recording */
  async open(file) {
    this.#awaited = file;
    const { tapeOf } = await import("../instruments/reader.js");
    const reel = await tapeOf(file, { kernel: this.#engine.kernel });
    if (this.#awaited !== file) return;
    this.#stop();
    this.#reel = reel;
    this.#show(reel.first);
  }

  close() {
    this.#stop();
  }

  get #began() {
    return this.#reel.entry(this.#reel.first)?.position ?? 0;
  }

  #stop() {
    clearTimeout(this.#timer);
    this.#playing = null;
    this.#awaited = null;
  }

  /** Nothing of it is shown any longer. */
  #leave = () => {
    this.#stop();
    this.#at = null;
    this.#reel = this.#tape;
    this.#tell();
  };

  #tell() {
    this.#engine.tell({ type: "news", tool: "past", ...this.situation() });
  }

  /** The nearest that is kept. @param {number} id */
  #show(id) {
    const { first, end } = this.#reel;
    if (first === end) throw new Error("no picture is kept yet");
    const at = Math.min(Math.max(id, first), end - 1);
    this.#at = at; // also of one that cannot be shown: the next may be
    const picture = /** @type {Picture} */ (this.#reel.at(at));
    const { announced } = /** @type {Kept} */ (this.#reel.entry(at));
    hold(this.#engine, { picture, announced, onend: this.#leave });
    this.#tell();
  }

  #next() {
    if (!this.#playing) return;
    const now = performance.now();
    const wanted = this.#reel.idAt(positionAt(this.#playing, now));
    if (wanted !== this.#at) {
      try {
        this.#show(wanted);
      } catch (error) {
        // One that cannot be shown is passed over.
        if (!(error instanceof ProtocolError)) throw error;
      }
    }
    const following = this.#reel.entry(wanted + 1);
    if (!following) return this.pause();
    const wait = dueAt(this.#playing, following.position) - now;
    this.#timer = setTimeout(() => this.#next(), Math.min(Math.max(wait, 0), LONGEST));
  }
}

/** Keeps pictures from now on. @param {Engine} engine */
export function start(engine) {
  const { stream, kernel } = engine;
  const tape = new Tape({ kernel });
  stream.addEventListener("frame", ({ message, picture }) => {
    const received = 1000 * (performance.timeOrigin + performance.now());
    if (stream.announced) tape.add(message, picture, stream.announced, received);
  });
  stream.addEventListener("state", () => {
    if (stream.state === "lost") tape.lost(stream.reason);
  });
  return new Past(engine, tape);
}
