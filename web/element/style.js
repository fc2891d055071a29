/**
 * How the element looks: an adopted sheet, which no page's policy forbids.
 */

/**
 * It is as wide as its place and as high as the picture then is, if it is not told another size, and
 * as light or dark as the page's `color-scheme` says where it stands. The picture is enlarged by
 * whole pixels of the display.
 *
 * Parts for `::part()`: `stage`, `picture`, `state` (over a picture that is not live), `bar`, `light`,
 * `word`, `detail`, `name`, `button`, and each button by its own name: `freeze`, `save`,
 * `fullscreen`. Colours, as custom properties: `--ws-stream-ground`, `-text`, `-raised`, `-line`, and
 * those of the light: `-good`, `-calm`, `-warn`, `-bad`.
 */
export const STYLE = `
:host {
  --ground: var(--ws-stream-ground, light-dark(#e4e7ea, #0c0f12));
  --text: var(--ws-stream-text, light-dark(#1c2227, #dfe4e8));
  --raised: var(--ws-stream-raised, light-dark(#fff, #20272d));
  --line: var(--ws-stream-line, light-dark(#ccd2d7, #2b333a));
  --good: var(--ws-stream-good, light-dark(#18794a, #5cc98b));
  --calm: var(--ws-stream-calm, light-dark(#2a6a9e, #7db5e2));
  --warn: var(--ws-stream-warn, light-dark(#9a5b00, #e8ab4a));
  --bad: var(--ws-stream-bad, light-dark(#b3261e, #ff8a80));
  display: flex;
  flex-direction: column;
  min-width: 0;
  min-height: 0;
  background: var(--ground);
  color: var(--text);
  line-height: 1.4;
  font-variant-numeric: tabular-nums;
}

:host([hidden]), [hidden] { display: none !important; }

#stage {
  position: relative;
  flex: 1 1 auto;
  overflow: hidden;
  min-height: 0;
  aspect-ratio: 16 / 9;
}

canvas, #edge { position: absolute; }
canvas { image-rendering: pixelated; outline: 1px solid var(--line); }
canvas.smooth { image-rendering: auto; }

#edge {
  box-sizing: border-box;
  border: 0.5rem solid;
  border-image: repeating-linear-gradient(-45deg, var(--warn) 0 0.4rem, var(--ground) 0 0.8rem) 16;
  pointer-events: none;
}

#state {
  position: absolute;
  bottom: 0.75rem;
  left: 50%;
  width: max-content;
  max-width: calc(100% - 1.5rem);
  box-sizing: border-box;
  padding: 0.2rem 0.6rem;
  border: 1px solid var(--line);
  border-radius: 0.4rem;
  background: var(--raised);
  overflow-wrap: anywhere;
  transform: translateX(-50%);
}

#bar {
  display: flex;
  flex-wrap: wrap;
  gap: 0 0.75rem;
  align-items: center;
  padding-left: 0.75rem;
}

.light {
  display: inline-block;
  width: 0.7em;
  height: 0.7em;
  margin-right: 0.2em;
  background: var(--colour, currentcolor);
  clip-path: var(--shape, circle(25%));
}

.word, #name { font-weight: 600; }
.live { --colour: var(--good); --shape: circle(50%); }
.held { --colour: var(--calm); --shape: polygon(10% 0, 40% 0, 40% 100%, 60% 100%, 60% 0, 90% 0, 90% 100%, 10% 100%); }
.stale, .problem { --colour: var(--warn); --shape: polygon(50% 4%, 100% 96%, 0 96%); }
.lost, .absent, .refused { --colour: var(--bad); --shape: inset(8%); }

#bar .detail {
  flex: 1 1 4rem;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
}

#name { overflow-wrap: anywhere; }
#buttons { display: flex; margin-left: auto; }

button {
  display: grid;
  place-items: center;
  width: 2.5rem;
  height: 2.5rem;
  border: 0;
  border-radius: 0.4rem;
  background: none;
  color: inherit;
  cursor: pointer;
}

button:hover, [aria-pressed="true"] { background: var(--raised); }
[aria-pressed="true"] { box-shadow: inset 0 -2px var(--calm); }
button:focus-visible { outline: 2px solid var(--calm); outline-offset: -2px; }

@media (pointer: coarse) {
  button { width: 2.75rem; height: 2.75rem; }
}

svg {
  width: 1.25rem;
  height: 1.25rem;
  fill: none;
  stroke: currentcolor;
  stroke-linecap: round;
  stroke-linejoin: round;
  stroke-width: 2;
}
`;
