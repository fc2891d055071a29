/**
 * What leaves the page: files that are saved, text that is copied.
 */

import { make } from "./dom.js";

/** @import { Page } from "./types.d.ts" */

/** @param {Blob} blob @param {string} name */
export function save(blob, name) {
  const link = make("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  // Firefox reads it later.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/**
 * Without a secure context, only what is selected can be copied.
 * @param {string} text
 */
export async function copy(text) {
  try {
    return await navigator.clipboard.writeText(text);
  } catch {
    // There is none, or it may not be used.
  }
  const place = make("textarea", { value: text, className: "unseen", aria: { hidden: true } });
  const before = /** @type {HTMLElement | null} */ (document.activeElement);
  document.body.append(place);
  place.select();
  document.execCommand("copy");
  place.remove();
  before?.focus();
}

/** Null where there is no picture: a new connection may have none yet. @param {Page} page */
const png = async ({ view, current }) =>
  view.shown && view.use("save", "png", current()).catch(() => null);

/** @param {Page} page */
export async function savePicture(page) {
  const kept = await png(page);
  if (kept) save(kept.blob, kept.name);
}

/** Only in a secure context. @param {Page} page */
export async function copyPicture(page) {
  const kept = await png(page);
  if (!kept) return;
  const { blob } = kept;
  await navigator.clipboard.write([new ClipboardItem({ [blob.type]: blob })]);
}

/** As JSON, for a report. @param {Page} page */
export const copyFigures = ({ view: { statistics, status, shown } }) => {
  const { state, announced, mismatches, problem } = status;
  const figures = { at: new Date(), state, problem, announced, shown, mismatches, statistics };
  return copy(JSON.stringify(figures, null, 2));
};
