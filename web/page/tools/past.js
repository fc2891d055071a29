/**
 * Back in time: a slider over what is kept, step by step, played, saved; or a recording of a file.
 */

import { fileName } from "../../instruments/png.js";
import { printable } from "../../words.js";
import { buttons, chooser, menu, row } from "../controls.js";
import { make, write } from "../dom.js";
import { save } from "../files.js";

/** @import { Page } from "../types.d.ts" */

/** @type {[string, string][]} */
const SPEEDS = ["0.1", "0.25", "0.5", "1", "2", "4"].map((speed) => [speed, `${speed} times`]);

/** @param {Page} page @param {HTMLElement} place */
export function open({ view, current }, place) {
  const slider = make("input", { type: "range", min: "0", step: "any", ariaLabel: "Time" });
  const words = make("p");
  const speed = menu("Speed", SPEEDS, () => isPlaying && play());
  speed.value = "1";
  const file = chooser(".wss", "A recording", (blob) => ask("open", blob));
  let isPlaying = false;

  /** Asks, and says what is wrong. @param {string} act @param {...unknown} given */
  const ask = (act, ...given) =>
    view.use("past", act, ...given).catch(({ message }) => write(words, sentence(message)));
  const play = () => ask("play", Number(speed.value));
  const keep = (/** @type {any} */ kept) =>
    kept && save(kept.blob, fileName(current(), kept.time, kept.number, "wss"));

  const acts = buttons({
    "Step back": () => ask("step", -1),
    "Step on": () => ask("step", 1),
    Play: () => (isPlaying ? ask("pause") : play()),
    Live: () => ask("live"),
    "Save recording": () => ask("save").then(keep),
    "Open recording…": () => file.click(),
  });
  place.append(slider, words, acts, row("Speed", speed), file);
  slider.addEventListener("input", () => ask("seek", Number(slider.value)));
  place.addEventListener("given", (event) =>
    ask("open", /** @type {CustomEvent} */ (event).detail),
  );
  const stop = hearOften(view, (now) => {
    isPlaying = now.isPlaying;
    write(acts.children[2], isPlaying ? "Pause" : "Play");
    slider.max = String(now.length);
    slider.value = String(now.position);
    write(words, said(now));
  });
  return () => {
    stop();
    ask("end");
  };
}

/** Also while nothing is told: what is kept grows. @param {import("../../view.js").View} view @param {(now: any) => void} show */
function hearOften(view, show) {
  const stop = view.hear("past", show);
  const refresh = async () => {
    if (view.held) return;
    const now = await view.use("past", "situation").catch(() => null);
    if (now) show(now);
  };
  const timer = setInterval(refresh, 1000);
  refresh();
  return () => {
    clearInterval(timer);
    stop();
  };
}

/** @param {any} now */
function said({ at, first, end, position, length, bytes, isFile, problem }) {
  const where = at === null ? "Live" : `Picture ${at - first + 1}, ${seconds(position)}`;
  const size = `${end - first} pictures, ${seconds(length)}, ${(bytes / 1e6).toFixed(1)} MB`;
  const wrong = problem ? ` ${sentence(problem)}` : "";
  return `${where}. ${isFile ? "In the file" : "Kept"}: ${size}.${wrong}`;
}

/** @param {string} text */
const sentence = (text) => `${text.charAt(0).toUpperCase()}${printable(text.slice(1))}.`;

/** @param {number} time in microseconds */
const seconds = (time) => `${(time / 1e6).toFixed(2)} s`;
