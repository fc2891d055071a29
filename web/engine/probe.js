/**
 * Boxes of the picture that are watched.
 */

import { lookedAt } from "./held.js";
import { Probe } from "../instruments/probe.js";
import { toPictureBox } from "../instruments/picture_box.js";
import { toSourceBox } from "../source.js";

/** @import { Crop, Engine } from "../types.d.ts" */

/** @param {Engine} engine */
export function start(engine) {
  const { stream, screen, tell } = engine;
  /** Boxes in the source: they stay where they are when the step is another. @type {Map<number, {box: Crop, probe: Probe}>} */
  const probes = new Map();

  /** @param {number} id */
  function look(id) {
    const { box, probe } = /** @type {{box: Crop, probe: Probe}} */ (probes.get(id));
    const { rgba, picture, drawn } = screen;
    const announced = stream.shown?.announced;
    if (!rgba || !picture || !drawn || !announced || picture !== stream.picture) return;
    const here = toPictureBox(box, announced);
    const change = probe.see(rgba, picture.width, here, drawn, performance.now());
    if (change) tell({ type: "news", tool: "probe", id, change });
  }

  stream.addEventListener("shown", () => [...probes.keys()].forEach(look));
  return {
    /** @param {number} id @param {Crop} part of the picture @returns {Crop | null} that of the source */
    add(id, part) {
      const announced = lookedAt(engine)?.announced;
      if (!announced) return null;
      const box = toSourceBox(part, announced);
      probes.set(id, { box, probe: new Probe() });
      look(id); // the next picture may be long in coming, and is a change from this one
      return box;
    },
    /** Levels that are a change; Infinity tells none. @param {number} id @param {number} threshold */
    tell(id, threshold) {
      const known = probes.get(id);
      if (known) known.probe.watch.threshold = threshold;
    },
    /** @param {number} id */
    remove: (id) => probes.delete(id),
    read: () =>
      [...probes].map(([id, { probe }]) => {
        return { id, levels: probe.levels, lines: probe.read(performance.now()) };
      }),
  };
}
