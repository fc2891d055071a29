/**
 * What is seen of an element: the picture in its box, its state, the bar.
 */

import { cssMatrix, quartersOf, turnedSize } from "../instruments/turn.js";
import { FIT, displayRoom, placed, settle } from "../instruments/viewport.js";
import { make, write } from "../page/dom.js";
import { icon } from "../page/icons.js";
import { STYLE } from "./style.js";

/** @import { Size, Turn } from "../instruments/types.d.ts" */

/** States that are said over the picture: these always, others but for the calm ones where there is no bar. */
const FAULTS = ["stale", "problem", "lost", "absent", "refused"];
const CALM = ["live", "unchanged"];

/** Of all elements; made when the first is. @type {CSSStyleSheet | null} */
let sheet = null;

/** @param {string} part @param {keyof HTMLElementTagNameMap} [tag] */
const named = (part, tag = "span") => {
  const element = make(tag, { className: part });
  element.part.add(part);
  return element;
};

/** A light, its word, and more. */
function sayings() {
  return { light: named("light"), word: named("word"), detail: named("detail") };
}

/** @param {string} part @param {...(Node | string)} children */
function block(part, ...children) {
  const element = make("div", { id: part }, ...children);
  element.part.add(part);
  return element;
}

export class Face {
  name = block("name");
  #stage = block("stage");
  #edge = make("div", { id: "edge", hidden: true });
  #bar;
  #state;
  #sayings = [sayings(), sayings()];
  /** @type {Map<string, HTMLButtonElement>} */
  #buttons = new Map();
  #canvas = make("canvas");
  /** @type {Size | null} */
  #picture = null;
  /** @type {Turn} */
  #turn = { quarters: 0, mirror: false };

  /** @param {HTMLElement} host @param {Record<string, [icon: string, name: string, act: () => void]>} acts */
  constructor(host, acts) {
    const [inBar, over] = this.#sayings.map(Object.values);
    for (const [id, [sign, name, act]] of Object.entries(acts)) {
      const button = make("button", { type: "button", title: name, ariaLabel: name }, icon(sign));
      button.part.add("button", id);
      button.addEventListener("click", act);
      this.#buttons.set(id, button);
    }
    const buttons = make("div", { id: "buttons" }, ...this.#buttons.values());
    this.#sayings[0].word.role = "status";
    this.#bar = block("bar", ...inBar.slice(0, 2), this.name, inBar[2], buttons);
    this.#state = block("state", ...over.flatMap((element) => [element, " "]));
    this.#stage.append(this.#edge, this.#state);
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
    }
    const root = host.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    root.append(this.#stage, this.#bar);
  }

  get stage() {
    return this.#stage;
  }

  /** Another one, for another stream: one that was given away does not come back. */
  renewCanvas() {
    const canvas = make("canvas", { role: "img", hidden: true });
    canvas.part.add("picture");
    this.#canvas.remove();
    this.#stage.prepend(canvas);
    this.#canvas = canvas;
    this.#picture = null;
    return canvas;
  }

  /**
   * @param {{shape: string, word: string, detail: string, isOld: boolean}} said @param {string} name of the stream
   * @param {boolean} hasBar
   */
  say({ shape, word, detail, isOld }, name, hasBar) {
    const isOver = hasBar ? FAULTS.includes(shape) : word !== "" && !CALM.includes(shape);
    for (const saying of this.#sayings) {
      saying.light.className = `light ${shape}`;
      write(saying.word, word);
      write(saying.detail, detail);
    }
    this.#sayings[0].detail.hidden = isOver;
    write(this.name, name);
    this.#canvas.ariaLabel = name ? `${name}, ${word}` : word;
    this.#edge.hidden = !isOld || this.#canvas.hidden;
    this.#bar.hidden = !hasBar;
    this.#state.hidden = !isOver;
    this.#buttons.get("freeze")?.setAttribute("aria-pressed", String(shape === "held"));
    const full = /** @type {HTMLElement} */ (this.#buttons.get("fullscreen"));
    full.hidden = !document.fullscreenEnabled;
  }

  /** A picture of this size is on the canvas. @param {Size} size */
  show({ width, height }) {
    const known = this.#picture;
    if (known?.width === width && known.height === height) return;
    this.#picture = { width, height };
    this.#canvas.hidden = false;
    this.place();
  }

  /** Clockwise, after it was mirrored. @param {number} degrees a multiple of 90, or what is none for 0 @param {boolean} mirror */
  rotate(degrees, mirror) {
    this.#turn = { quarters: quartersOf(degrees), mirror };
    this.place();
  }

  /** As large as the box allows, from a pixel of the display on: it may have been moved or resized. */
  place() {
    if (!this.#picture) return;
    const picture = turnedSize(this.#picture, this.#turn);
    this.#stage.style.aspectRatio = `${picture.width} / ${picture.height}`;
    const { left: x, top: y, width, height } = this.#stage.getBoundingClientRect();
    const ratio = devicePixelRatio;
    const room = displayRoom({ width, height }, ratio);
    if (!room.width || !room.height) return;
    const view = settle(FIT, { picture, room });
    const { pixelated, ...box } = placed(view, picture, ratio, { x, y });
    const style = Object.fromEntries(Object.entries(box).map(([side, at]) => [side, `${at}px`]));
    Object.assign(this.#edge.style, style);
    const size = turnedSize(box, this.#turn);
    Object.assign(this.#canvas.style, style, {
      width: `${size.width}px`,
      height: `${size.height}px`,
      transformOrigin: "0 0",
      transform: cssMatrix(size, this.#turn),
    });
    this.#canvas.classList.toggle("smooth", !pixelated);
  }
}
