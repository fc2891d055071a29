/**
 * What changed glows over the picture; what was sent again for nothing is named.
 */

import { make, write } from "../dom.js";

/** @import { Page } from "../types.d.ts" */

/** @param {Page} page @param {HTMLElement} place */
export function open({ view, canvas }, place) {
  const sentence = make(
    "p",
    {},
    "Changed pixels glow orange and fade; rows that were sent again unchanged glow blue.",
  );
  const count = make("p");
  place.append(sentence, count);
  const cover = make("canvas", { className: "cover", aria: { hidden: true } });
  canvas.after(cover);
  view.give("glow", "on", cover);
  const stop = view.hear("glow", ({ changed, repeats }) => {
    const again = repeats
      ? ` Rows ${repeats[0]} to ${repeats[0] + repeats[1] - 1} were sent again unchanged, ${repeats[2]} times.`
      : "";
    write(count, `${changed} pixels changed in the last picture.${again}`);
  });
  return () => {
    stop();
    view.use("glow", "off");
    cover.remove();
  };
}
