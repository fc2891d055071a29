/**
 * Controls of tools, made.
 */

import { make } from "./dom.js";

/** A control and what it is called. @param {string} name @param {HTMLElement} control */
export const row = (name, control) =>
  make("label", { className: "row" }, make("span", {}, name), control);

/** @param {Record<string, () => unknown>} acts by what their buttons say */
export function buttons(acts) {
  const all = Object.entries(acts).map(([name, act]) => {
    const button = make("button", { type: "button" }, name);
    button.addEventListener("click", act);
    return button;
  });
  return make("div", { className: "buttons" }, ...all);
}

/** Chooses files of a kind. @param {string} accept @param {string} label @param {(file: Blob) => void} onfile */
export function chooser(accept, label, onfile) {
  const file = make("input", { type: "file", accept, className: "unseen", tabIndex: -1 });
  file.ariaLabel = label;
  file.addEventListener("change", () => {
    if (file.files?.[0]) onfile(file.files[0]);
    file.value = "";
  });
  return file;
}

/** A select with a label. @param {string} label @param {[value: string, text: string][]} options @param {(value: string) => void} onchoice */
export function menu(label, options, onchoice) {
  const select = make("select", { aria: { label } });
  select.append(...options.map(([value, text]) => make("option", { value }, text)));
  select.addEventListener("change", () => onchoice(select.value));
  return select;
}
