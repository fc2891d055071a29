/**
 * A wall of all streams of the device: thumbnails, two pictures a second. One that is chosen fills the page.
 */

import "../element.js";
import { make, styled, write } from "./dom.js";
import { ask } from "./streams.js";

/** @import { Listed } from "./streams.js" */

const FPS = 2;
/** ms until the list is asked for again. */
const ASK_EVERY = 10_000;
/** What the keys move by, in tiles across and down. @type {Record<string, [across: number, down: number]>} */
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** A page with this stream, and else what this page's address says. @param {string} name */
function pageOf(name) {
  const query = new URLSearchParams(location.search);
  query.set("stream", name);
  return `?${query}`;
}

/** @param {string} name */
function tile(name) {
  const picture = make("ws-stream", { src: `stream/${encodeURIComponent(name)}`, fps: FPS });
  return make("a", { href: pageOf(name) }, picture, make("span", { aria: { hidden: true } }, name));
}

/** @param {HTMLElement} link */
const pictureOf = (link) => /** @type {HTMLElement} */ (link.firstElementChild);

/** As many pixels as it can show, and no more. @param {ResizeObserverEntry[]} entries */
function request(entries) {
  for (const { target, contentRect } of entries) {
    const { width, height } = contentRect;
    const sides = [width, height].map((side) => Math.max(1, Math.floor(side * devicePixelRatio)));
    Object.assign(target, { fit: sides });
  }
}

/** @param {HTMLElement} wall @param {KeyboardEvent} event */
function walk(wall, event) {
  if (event.ctrlKey || event.altKey || event.metaKey || !STEPS[event.key]) return;
  const [across, down] = STEPS[event.key];
  const tiles = /** @type {HTMLElement[]} */ ([...wall.children]);
  const at = tiles.findIndex((one) => one === document.activeElement);
  const columns = getComputedStyle(wall).gridTemplateColumns.split(" ").length;
  const next = tiles[at < 0 ? 0 : at + across + columns * down];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

/** In place of the page, for as long as it lasts. @param {Listed[]} streams */
export async function showWall(streams) {
  await styled("wall.css");
  const [wall, head] = [make("main", { className: "wall" }), make("h1")];
  const resized = new ResizeObserver(request);
  /** @type {Map<string, HTMLElement>} */
  const tiles = new Map();

  /** @param {Listed[]} listed */
  function render(listed) {
    const names = listed.map(({ name }) => name);
    for (const [name, old] of tiles) {
      if (names.includes(name)) continue;
      resized.unobserve(pictureOf(old));
      old.remove();
      tiles.delete(name);
    }
    for (const [at, name] of names.entries()) {
      const known = tiles.get(name) ?? tile(name);
      if (!tiles.has(name)) resized.observe(pictureOf(known));
      tiles.set(name, known);
      if (wall.children[at] !== known) wall.insertBefore(known, wall.children[at] ?? null);
    }
    document.title = names.length === 1 ? "1 stream" : `${names.length} streams`;
    write(head, document.title);
  }

  document.body.className = "";
  document.body.replaceChildren(make("header", { className: "wall-head" }, head), wall);
  render(streams);
  addEventListener("keydown", (event) => walk(wall, event));
  setInterval(() => document.hidden || ask().then(render), ASK_EVERY);
  return new Promise(() => {});
}
