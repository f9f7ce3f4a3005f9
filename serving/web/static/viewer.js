// The page beside the answer: its picture, what is marked on it, its neighbours. Sound and film are
// shown by the player.

import * as api from "./api.js";
import { $, h, icon, notice } from "./dom.js";
import { heatOf, paint } from "./heat.js";
import * as player from "./player.js";
import * as shelf from "./shelf.js";
import { documentPath, home, pagePath, pictureOf, state, tell } from "./state.js";

const WIDTH = 1600;
const SKETCH = 240;
const REACH = 4;
const ZOOMS = [0.5, 0.75, 1, 1.35, 1.8, 2.5];

let open = null;
let opener = null;
let zoom = 2;
let heating = false;
let token = null;
const lengths = new Map();

/** Open {document, name, page, boxes, quote, question}, of sound and film {document, name, start, end}.
 * The page before stays behind it in the browser's history, unless `kept`. */
export async function show(item, { kept = false } = {}) {
  const same = open?.document === item.document && open?.page === item.page;
  if (!same) token = null;
  remember();
  open = { page: 1, start: 0, boxes: [], quote: "", question: "", ...item };
  $("app").classList.add("with-viewer");
  if (shelf.isOpen()) shelf.open(false);
  $("viewer").hidden = false;
  const wanted = open;
  try {
    if (!lengths.has(open.document)) {
      const document = await api.get(documentPath(open.document));
      lengths.set(open.document, document.pages);
      wanted.name ??= document.document;
    }
    if (open !== wanted) return;
    note(kept);
    await keepingFocus(draw);
  } catch (error) {
    if (open !== wanted) return;
    notice(error.message);
    close();
  }
}

/** Let the address say what is open. */
function note(kept) {
  const place = placeOf(open);
  const same = location.pathname + location.search === place.split("#")[0];
  history[kept || same ? "replaceState" : "pushState"]({ ...open }, "", place);
}

/** Which element had the focus before the viewer was opened: it gets it back. */
function remember() {
  const at = document.activeElement;
  if (!$("viewer").contains(at)) opener = at;
}

/** What had the focus in the viewer has it after it is drawn anew, or what stands for it. */
async function keepingFocus(drawn) {
  const at = $("viewer").contains(document.activeElement) ? document.activeElement : null;
  const inStrip = at?.closest(".strip");
  const label = at?.getAttribute("aria-label");
  await drawn();
  if (!at || $("viewer").contains(document.activeElement)) return;
  const same = inStrip
    ? $("viewer").querySelector(".strip [aria-current=true]")
    : [...$("viewer").querySelectorAll("button:not(:disabled)")].find((one) => one.getAttribute("aria-label") === label);
  (same ?? $("viewer").querySelector(".desk"))?.focus();
}

const isMedia = () => lengths.get(open.document) === 0;

/** Where the page, or the second, can be found again. The question stays in the browser: what follows # is not sent. */
function placeOf({ document, page, start, boxes, question }) {
  const marked = boxes.map((box) => box.map((edge) => edge.toFixed(4)).join(",")).join(";");
  const where = isMedia() ? `t=${Number(start.toFixed(2))}` : `page=${page}`;
  const place = `/l/${encodeURIComponent(state.library.library)}/d/${document}?${where}`;
  return place + (marked && `&boxes=${marked}`) + (question && `#q=${encodeURIComponent(question)}`);
}

async function copyLink() {
  const address = location.origin + placeOf(isMedia() ? { ...open, start: player.time() } : open);
  try {
    await navigator.clipboard.writeText(address); // there is none on pages that came without TLS
    notice(`The link to this ${isMedia() ? "second" : "page"} is copied.`);
  } catch {
    notice(address);
  }
}

export function close({ kept = false } = {}) {
  if (!open) return false;
  open = null;
  player.close();
  const focused = $("viewer").contains(document.activeElement);
  $("viewer").hidden = true;
  $("viewer").replaceChildren();
  $("app").classList.remove("with-viewer");
  if (focused) (opener?.isConnected && opener !== document.body && opener.checkVisibility() ? opener : $("question")).focus();
  if (!kept) history.pushState(null, "", home());
  tell("closed");
  return true;
}

export const forget = (document) => open?.document === document && close();

/** Turn `by` pages, or scenes. */
export function turn(by) {
  if (!open) return;
  if (player.isOpen()) return player.step(by);
  const page = open.page + by;
  if (page < 1 || page > lengths.get(open.document)) return;
  show({ ...open, page, boxes: [], quote: "" });
}

/** Turn `by` pages, or go on by some seconds. */
export const move = (by) => (player.isOpen() ? player.skip(by) : turn(by));

/** Play or pause. */
export const play = () => player.isOpen() && player.toggle();

export function closer(by) {
  if (!open || player.isOpen()) return;
  zoom = Math.min(Math.max(zoom + by, 0), ZOOMS.length - 1);
  resize();
}

export function toggleHeat() {
  if (player.isOpen()) return;
  if (!open?.question) return open && notice("Ask something first: the heat map shows where the question is answered.");
  heating = !heating;
  keepingFocus(draw);
}

async function draw() {
  const last = lengths.get(open.document);
  $("viewer").setAttribute("aria-label", isMedia() ? "Player" : "Page");
  if (isMedia()) {
    const wanted = open;
    return player.draw({ ...open, wanted: () => open === wanted }, mediaBar());
  }
  player.close();
  const leaf = h("div", { class: "leaf loading" });
  const desk = h("div", { class: "desk", tabindex: "0", role: "region", "aria-label": "Picture of the page" }, leaf);
  const tokens = h("div", { class: "tokens", role: "group", "aria-label": "Heat map of", hidden: true });
  const parts = [bar(last), tokens, desk];
  if (open.quote) parts.push(h("div", { class: "said" }, `“${open.quote}”`));
  if (last > 1) parts.push(strip(last));
  $("viewer").replaceChildren(...parts);
  $("viewer").querySelector(".strip [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  resize();
  fill(leaf, tokens, open);
}

const button = (label, shape, onclick, more = {}) => h("button", { class: "icon", "aria-label": label, title: label, onclick, ...more }, icon(shape));
const title = () => h("span", { class: "title", title: open.name ?? "" }, open.name ?? "");
const taking = () => button("Download the original", "down", () => api.download(`${documentPath(open.document)}/source`, open.name ?? "").catch((error) => notice(error.message)));

function mediaBar() {
  return h("div", { class: "viewer-bar" },
    title(),
    button("Previous part", "left", () => turn(-1)),
    button("Next part", "right", () => turn(1)),
    button("Copy a link to this second", "link", copyLink),
    taking(),
    button("Close the player", "close", close));
}

function bar(last) {
  return h("div", { class: "viewer-bar" },
    title(),
    button("Previous page", "left", () => turn(-1), { disabled: open.page === 1 }),
    h("span", { class: "of" }, `${open.page} / ${last}`),
    button("Next page", "right", () => turn(1), { disabled: open.page === last }),
    button("Farther", "minus", () => closer(-1), { class: "icon wide" }),
    button("Closer", "plus", () => closer(1), { class: "icon wide" }),
    button("Heat map", "heat", toggleHeat, { "aria-pressed": String(heating && Boolean(open.question)), disabled: !open.question }),
    button("Copy a link to this page", "link", copyLink),
    taking(),
    button("Close the page", "close", close));
}

async function fill(leaf, tokens, wanted) {
  try {
    const image = h("img", { alt: `${wanted.name}, page ${wanted.page}` });
    for (const width of [SKETCH, WIDTH]) {
      image.src = await api.picture(pictureOf(wanted.document, wanted.page, width));
      await image.decode();
      if (open !== wanted) return;
      if (width === SKETCH) lay(leaf, image, wanted);
    }
    leaf.classList.remove("sketch");
    if (heating && wanted.question) await warm(leaf, tokens, wanted);
  } catch (error) {
    if (open !== wanted) return;
    leaf.classList.replace("loading", "failed");
    leaf.append(h("p", {}, error.message ?? "The page cannot be shown."));
  }
}

/** Show the page, blurred until it is there in full, and what is marked on it. */
function lay(leaf, image, wanted) {
  leaf.classList.replace("loading", "sketch");
  leaf.append(image);
  if (heating && wanted.question) return;
  for (const box of wanted.boxes) leaf.append(markOf(box));
  leaf.querySelector(".mark")?.scrollIntoView({ block: "center", behavior: "smooth" });
}

function markOf([x0, y0, x1, y1]) {
  const mark = h("div", { class: "mark" });
  const percent = (share) => `${(100 * share).toFixed(3)}%`;
  Object.assign(mark.style, { left: percent(x0), top: percent(y0), width: percent(x1 - x0), height: percent(y1 - y0) });
  return mark;
}

async function warm(leaf, tokens, wanted) {
  const map = await api.post(`${pagePath(wanted.document, wanted.page)}/heat`, { question: wanted.question });
  if (open !== wanted) return;
  if (!map.tokens.length || !map.boxes.length) return notice("This page has no places of its own to show.");
  const image = leaf.querySelector("img");
  const canvas = h("canvas", { width: image.naturalWidth, height: image.naturalHeight });
  leaf.append(canvas);
  const choose = (chosen) => {
    token = chosen;
    paint(canvas, map.boxes, heatOf(map, token));
    for (const button of tokens.children) button.setAttribute("aria-pressed", String(button.dataset.token === String(token)));
  };
  const choices = [["The whole question", null], ...map.tokens.map((text, place) => [text, place])];
  tokens.replaceChildren(...choices.map(([text, place]) => h("button", { "data-token": String(place), onclick: () => choose(place) }, text)));
  tokens.hidden = false;
  choose(token !== null && token < map.tokens.length ? token : null);
}

function strip(last) {
  const from = Math.max(1, Math.min(open.page - REACH, last - 2 * REACH));
  const pages = [];
  for (let page = from; page <= Math.min(last, from + 2 * REACH); page += 1) pages.push(page);
  return h("nav", { class: "strip", "aria-label": "Pages nearby" }, ...pages.map((page) => {
    const image = h("img", { alt: "" });
    api.picture(pictureOf(open.document, page, 96)).then((address) => (image.src = address), () => {});
    return h("button", { "aria-label": `Page ${page}`, "aria-current": String(page === open.page), onclick: () => turn(page - open.page) }, image, h("span", {}, String(page)));
  }));
}

function resize() {
  const leaf = $("viewer").querySelector(".leaf");
  if (!leaf) return;
  const room = $("viewer").clientWidth - (matchMedia("(max-width: 820px)").matches ? 20 : 44);
  leaf.style.width = `${Math.round(Math.max(200, room) * ZOOMS[zoom])}px`;
}

export function wire() {
  addEventListener("resize", resize);
}
