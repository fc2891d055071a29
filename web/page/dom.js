/**
 * Elements of the page: found, made, written.
 */

/** @param {string} id @returns {any} */
export const find = (id) => document.getElementById(id);

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag @param {Record<string, unknown>} [properties] @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, { data = {}, aria = {}, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  Object.assign(element.dataset, data);
  for (const [name, value] of Object.entries(/** @type {object} */ (aria))) {
    element.setAttribute(`aria-${name}`, String(value));
  }
  element.append(...children);
  return element;
}

/** @param {string} tag @param {Record<string, string>} attributes @param {...Node} children */
export function makeSvg(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Only what is another text is work. @param {Element} element @param {string} text */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Loads a sheet of this folder. @param {string} name */
export const styled = (name) =>
  new Promise((resolve) => {
    const { href } = new URL(name, import.meta.url);
    const link = make("link", { rel: "stylesheet", href, onload: resolve, onerror: resolve });
    document.head.append(link);
  });

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
