// Writes docs/javascript.md, from what the modules say of themselves: `npm run reference`.

import { readFileSync } from "node:fs";
import process from "node:process";

const DECLARED = new URL("../build/npm/types/", import.meta.url);

const HEAD = `# JavaScript

<!-- written by \`npm run reference\` from the comments in web/ -->

What \`import ... from "ws-stream"\`, \`http://device:8000/index.js\` and \`http://device:8000/element.js\` bring. [Clients](clients.md#javascript) says how to begin, [embedding](embedding.md) how to put
streams into pages. Times are milliseconds, but those of pictures: microseconds since 1970 by the device's clock.
`;

/** The chapters: a module, what of it, and the declarations beside that. */
const CHAPTERS = [
  ["stream.js", "Stream"],
  ["frame_event.js", "FrameEvent"],
  ["screen.js", "Screen"],
  ["kernel/kernel.js", "loadKernel"],
  ["words.js", "printable"],
  ["element.js", "StreamElement"],
];
/** What those take and give. */
const TYPES = {
  "types.d.ts": [
    "Options",
    "Kernel",
    "Requestable",
    "Request",
    "Granted",
    "Announcement",
    "State",
    "Status",
    "Label",
    "Picture",
    "PixelFormat",
    "Run",
    "Crop",
    "Size",
    "SideData",
    "Shown",
    "ShownPicture",
    "InputEvent",
  ],
  "element/types.d.ts": ["ElementState", "ElementEvents"],
};

/** @param {string} file */
const read = (file) => readFileSync(new URL(file, DECLARED), "utf8");

const COMMENT = String.raw`(?:\/\*\*((?:[^*]|\*(?!\/))*)\*\/\n)`;

/** What a comment says, and of which parameters. @param {string} comment */
function said(comment) {
  const text = comment.replace(/^\s*\* ?/gm, "").trim();
  const [about, ...tags] = text.split(/(?:^|\s)@(?=param|returns|type|ignore|import)/);
  const notes = tags.flatMap((tag) => {
    const [, name, note] = /^param \{.*\} \[?([\w.]+)\]?\s*(.*)/s.exec(tag) ?? [];
    return note ? [`\`${name}\`: ${note.trim()}`] : [];
  });
  return { about: about.trim(), notes, isHidden: tags.some((tag) => tag.startsWith("ignore")) };
}

/** Without where a type is declared. @param {string} text */
const short = (text) =>
  text
    .replace(/import\("[^"]*"\)\./g, "")
    .replace(/\s+/g, " ")
    .trim();

/** The members of a class or interface, in their order. @param {string} body */
function* members(body) {
  let comment = "";
  for (const part of body.split(/\n(?= {4}[^ }])/).map((one) => one.trim())) {
    const { about, notes, isHidden } = said(comment.replace(/^\/\*\*|\*\/$/g, ""));
    const isMember = !/^(\/\*|#|static )/.test(part);
    if (isMember && !isHidden) yield { about, notes, text: short(part.replace(/;$/, "")) };
    comment = part.startsWith("/*") ? part : "";
  }
}

/** @param {string} text of a member */
function signature(text) {
  const [, kind, rest] = /^(get |set )?(.*)$/s.exec(text) ?? [];
  if (kind === "get ") return rest.replace("()", "");
  if (kind === "set ") return rest.replace(/\(\w+: (.*)\)$/, ": $1");
  return rest;
}

/** @param {Iterable<{about: string, notes: string[], text: string}>} rows */
function table(rows) {
  const lines = [...rows].map(({ about, notes, text }) => {
    const cells = [`\`${signature(text)}\``, [about, ...notes].filter(Boolean).join(" ")];
    return `| ${cells.map((cell) => cell.replace(/\s+/g, " ").replaceAll("|", "\\|")).join(" | ")} |`;
  });
  return ["| member | |", "|---|---|", ...lines].join("\n");
}

/** @param {string} module @param {string} name */
function chapter(module, name) {
  const text = read(module.replace(/js$/, "d.ts"));
  const found = new RegExp(
    `${COMMENT}?export declare (class|function) (${name}[^{;]*)(?:;|\\{\n(.*?)^\\})`,
    "ms",
  ).exec(text);
  if (!found) throw new Error(`${module} declares no ${name}`);
  const [, comment = "", kind, head, body = ""] = found;
  const { about, notes } = said(comment);
  const first = said(new RegExp(`^${COMMENT}`).exec(text)?.[1] ?? "").about;
  if (kind === "function") return [`## \`${short(head)}\``, about, ...notes].join("\n\n");
  const all = [...members(body)];
  const made = all.find(({ text: one }) => one.startsWith("constructor"));
  const making = made && `\`new ${name}${made.text.slice("constructor".length)}\``;
  const rest = all.filter((one) => one !== made);
  const beside = name === "StreamElement" ? element() : [];
  const title = name === "StreamElement" ? "`<ws-stream>`" : `\`${name}\``;
  const parts = [
    `## ${title}`,
    module === `${name.toLowerCase()}.js` || beside.length ? first : "",
    about,
    beside.length ? "" : [making, made?.about, ...(made?.notes ?? [])].filter(Boolean).join(" "),
    ...beside,
    table(rest),
  ];
  return parts.filter(Boolean).join("\n\n");
}

/** How the element looks, and its attributes. */
function element() {
  const style = read("element/style.d.ts");
  const [, looks] = new RegExp(`${COMMENT}export declare const STYLE`).exec(style) ?? [];
  const [, body] = /interface Attributes \{\n(.*?)^\}/ms.exec(read("element/types.d.ts")) ?? [];
  const attributes = [...members(body.replace(/^ {2}/gm, "    "))];
  return [said(looks).about, "Attributes, each a property as well:", table(attributes), "And:"];
}

/** @param {string} file @param {string} name */
function type(file, name) {
  const declaration = new RegExp(
    `(?:${COMMENT})?^(?:export )?(?:interface ${name} .*?^\\}|type ${name} =.*?;)$(?=\n\n|\n\/|\nexport|\n?$(?!\n))`,
    "ms",
  ).exec(read(file));
  if (!declaration) throw new Error(`${file} declares no ${name}`);
  return declaration[0].replace(/^export /m, "");
}

const types = Object.entries(TYPES).flatMap(([file, names]) => names.map((one) => type(file, one)));
process.stdout.write(
  [
    HEAD,
    ...CHAPTERS.map(([module, name]) => chapter(module, name)),
    "## Types",
    `\`\`\`ts\n${types.join("\n\n")}\n\`\`\``,
    "",
  ]
    .join("\n\n")
    .replace(/\n{3,}/g, "\n\n")
    .replace(/\n+$/, "\n"),
);
