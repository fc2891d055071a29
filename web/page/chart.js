/**
 * Lines of red, green and blue.
 */

const SVG = "http://www.w3.org/2000/svg";

/** @param {string} label @param {number} height of 256 wide */
export function chart(label, height) {
  const svg = document.createElementNS(SVG, "svg");
  const attributes = {
    viewBox: `0 0 256 ${height}`,
    preserveAspectRatio: "none",
    class: "chart",
    role: "img",
    "aria-label": label,
  };
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value);
  const lines = ["red", "green", "blue"].map((colour) => {
    const line = svg.appendChild(document.createElementNS(SVG, "polyline"));
    line.setAttribute("class", colour);
    return line;
  });
  return { svg, lines };
}
