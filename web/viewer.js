/**
 * The page: puts a stream on the screen, says how it is, heeds keys and buttons.
 *
 * For tests and the curious, `window.wsStream` holds the page's `stream` (see stream.js) and
 * `screen` (see screen.js).
 */

import { Screen } from "./screen.js";
import { Stream } from "./stream.js";
import { age, bytesPerSecond, describe, notice as noticeOf } from "./words.js";

/** Milliseconds: figures that change faster cannot be read. */
const FIGURES_EVERY = 500;

/** @param {string} id */
const find = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

const stage = find("stage");
const notice = find("notice");
const nav = find("streams");
const canvas = /** @type {HTMLCanvasElement} */ (find("picture"));
const help = /** @type {HTMLDialogElement} */ (find("help"));

/** The device's streams, as far as it has told. @type {string[]} */
let names = [];
const screen = new Screen(canvas, (number, time) => stream.acknowledge(number, time));
let stream = follow();

Object.assign(window, {
  wsStream: {
    screen,
    get stream() {
      return stream;
    },
  },
});

/** The name in the page's address, or null: the server then gives its first stream. */
function wanted() {
  return new URLSearchParams(location.search).get("stream");
}

/** @returns {Stream} of the page's address */
function follow() {
  const name = wanted();
  const url = new URL(name ? `stream/${encodeURIComponent(name)}` : "stream", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return new Stream(url.href, {
    onpicture: (picture, runs) => screen.show(picture, runs),
    onchange: () => {
      render();
      if (stream.state === "lost") list(); // perhaps it is there no more
    },
  });
}

/** Changes from one stream to that of the page's address. */
function change() {
  stream.close();
  screen.clear();
  stream = follow();
  render();
}

/** @param {string} name */
function addressOf(name) {
  const query = new URLSearchParams(location.search);
  query.set("stream", name);
  return `?${query}`;
}

/** @param {string | undefined} name */
function go(name) {
  if (!name || name === current()) return;
  history.pushState(null, "", addressOf(name));
  change();
}

function current() {
  return wanted() ?? stream.announced?.name ?? names[0] ?? "";
}

async function list() {
  try {
    const response = await fetch("streams");
    const streams = /** @type {{name: string}[]} */ (await response.json());
    names = streams.map(({ name }) => name);
  } catch {
    // The device is away; the stream's own state says so.
  }
  render();
}

/** @param {string} name */
function linkTo(name) {
  const link = document.createElement("a");
  link.href = addressOf(name);
  link.textContent = name;
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // another tab
    event.preventDefault();
    go(name);
  });
  return link;
}

/**
 * Sets text only where it differs, so that screen readers hear changes only.
 * @param {string} id
 * @param {string} text
 */
function write(id, text) {
  const element = find(id);
  if (element.textContent !== text) element.textContent = text;
}

function render() {
  const name = current();
  const { state, word, detail } = describe(stream, Date.now());
  write("name", name || "ws-stream");
  write("word", word);
  write("detail", detail);
  find("state").dataset.state = state;
  document.title = `${word} – ${name || "ws-stream"}`;
  stage.classList.toggle("old", ["stale", "lost", "refused"].includes(state));
  renderNotice();
  renderSwitcher(name);
  renderFigures();
}

function renderNotice() {
  const name = wanted();
  const isMissing = name && names.length && !names.includes(name) && !stream.announced;
  const links = isMissing ? names : [];
  const text = isMissing
    ? `There is no stream “${name}” on this device; there are:`
    : noticeOf(stream, Date.now());
  notice.hidden = !text;
  if (notice.dataset.text === text + links) return;
  notice.dataset.text = text + links;
  notice.replaceChildren(text, ...links.flatMap((other) => [" ", linkTo(other)]));
}

/** @param {string} name */
function renderSwitcher(name) {
  if (nav.dataset.names !== String(names)) {
    nav.dataset.names = String(names);
    nav.replaceChildren(...names.map(linkTo));
  }
  nav.hidden = names.length < 2;
  // The switcher names the stream already.
  find("name").hidden = !nav.hidden && names.includes(name);
  for (const link of nav.children) {
    link.setAttribute("aria-current", String(link.textContent === name));
  }
}

function renderFigures() {
  const { announced, mismatches } = stream;
  const { picturesPerSecond, bytesPerSecond: bytes, age: delay } = stream.statistics();
  write("size", announced ? `${announced.width} × ${announced.height}` : "–");
  write("format", announced?.format ?? "–");
  write("rate", picturesPerSecond.toFixed(1));
  write("data", bytesPerSecond(bytes));
  write("age", age(delay));
  write("mismatches", String(mismatches));
  find("wrong").hidden = mismatches === 0;
}

function toggleFigures() {
  const figures = find("figures");
  figures.hidden = !figures.hidden;
  find("toggle").setAttribute("aria-pressed", String(!figures.hidden));
}

function toggleFullscreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else stage.requestFullscreen?.();
}

function toggleHelp() {
  if (help.open) help.close();
  else help.showModal();
}

function save() {
  const { drawnNumber } = screen;
  canvas.toBlob((blob) => {
    if (!blob || !drawnNumber) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${current()}-${drawnNumber}.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000); // the download may begin late
  });
}

/** @type {Record<string, () => void>} */
const KEYS = { f: toggleFullscreen, i: toggleFigures, s: save, "?": toggleHelp };
const BUTTONS = {
  full: toggleFullscreen,
  toggle: toggleFigures,
  save,
  ask: toggleHelp,
  done: toggleHelp,
};

addEventListener("keydown", ({ key, ctrlKey, metaKey, altKey }) => {
  if (ctrlKey || metaKey || altKey || (help.open && key !== "?")) return;
  if (key >= "1" && key <= "9") go(names[Number(key) - 1]);
  else if (Object.hasOwn(KEYS, key)) KEYS[key]();
});
for (const [id, act] of Object.entries(BUTTONS)) find(id).addEventListener("click", act);
stage.addEventListener("dblclick", toggleFullscreen);
addEventListener("popstate", change);

find("full").hidden = !document.fullscreenEnabled;
setInterval(render, FIGURES_EVERY);
list();
