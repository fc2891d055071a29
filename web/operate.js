/**
 * Hands what the user does on the canvas to the device. Keys are those of a text area over it: there,
 * browsers compose and paste.
 */

import { Input, toSource } from "./input.js";

/** @import { Place } from "./input.js" */
/** @import { View } from "./view.js" */

/** @type {Record<string, "start" | "move" | "end" | "cancel">} */
const PHASES = {
  pointerdown: "start",
  pointermove: "move",
  pointerup: "end",
  pointercancel: "cancel",
};
/** CSS pixels of what a wheel turns by: pixels, lines or pages. */
const WHEEL = [1, 16, 400];
/** They become text later. */
const COMPOSING = ["Dead", "Process", "Unidentified"];

/**
 * Until what is returned is called; `onend`: the user wants that, by keys. `at` says where on the
 * picture an event is: left or top is 0, right or bottom is 1.
 * @param {{canvas: HTMLCanvasElement, keyboard: HTMLTextAreaElement, view: View,
 *   at: (event: MouseEvent) => Place}} page @param {() => void} onend
 */
export function operate({ canvas, keyboard, view, at }, onend) {
  const input = new Input((events) => view.input(events));
  const listening = new AbortController();
  const options = { signal: listening.signal, passive: false };
  /** @type {(target: HTMLElement, types: string[], act: (event: any) => void) => void} */
  const on = (target, types, act) => {
    for (const type of types) target.addEventListener(type, act, options);
  };

  on(canvas, [...Object.keys(PHASES), "wheel"], (event) => {
    event.preventDefault();
    if (event.type === "pointerdown") {
      canvas.setPointerCapture(event.pointerId);
      if (event.pointerType !== "touch") keyboard.focus(); // a phone would show its own
    }
    if (view.shown) point(input, event, toSource(at(event), view.shown.announced));
  });
  on(canvas, ["contextmenu"], (event) => event.preventDefault());
  on(keyboard, ["keydown", "keyup"], (event) => {
    event.stopPropagation(); // the page's own keys rest
    press(input, event, onend);
  });
  on(keyboard, ["input", "compositionend"], ({ isComposing }) => {
    if (isComposing) return;
    input.text(keyboard.value);
    keyboard.value = "";
  });
  on(keyboard, ["blur"], () => input.release());
  keyboard.hidden = false;
  keyboard.focus();
  return () => {
    listening.abort();
    input.release();
    keyboard.hidden = true;
  };
}

/** @param {Input} input @param {any} event @param {Place} place */
function point(input, event, place) {
  const { type, pointerType, pointerId, buttons, deltaX, deltaY } = event;
  const by = WHEEL[event.deltaMode];
  if (pointerType === "touch") input.touch(pointerId, PHASES[type], place);
  else input.pointer(place, buttons, type === "wheel" ? [by * deltaX, by * deltaY] : undefined);
}

/** @param {Input} input @param {KeyboardEvent} event @param {() => void} onend */
function press(input, event, onend) {
  const { type, key, code, ctrlKey, altKey, metaKey, isComposing } = event;
  const isPaste = (ctrlKey || metaKey) && !altKey && key.toLowerCase() === "v";
  if (isComposing || isPaste || COMPOSING.includes(key)) return;
  event.preventDefault();
  if (ctrlKey && altKey && key === "Enter") onend();
  else input.key(key, code, type === "keydown");
}
