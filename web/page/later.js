/**
 * What can wait until the first picture is there.
 */

import { takeFiles } from "./drop.js";
import { refine } from "./finer.js";
import { wishes } from "./wishes.js";

/** @import { Page } from "./types.d.ts" */

/** @param {Page} page @param {URLSearchParams} query */
export function begin(page, query) {
  // What comes from now on is kept. If not, the tool says so when it is opened.
  page.view.use("past", "situation").catch(() => {});
  page.panel.append(wishes(page, query));
  takeFiles(page);
  refine(page);
}
