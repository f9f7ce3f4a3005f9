// The player beside the answer: a film or a sound, at the second that is cited.

import * as api from "./api.js";
import { clock, frameOf, paint, where } from "./clips.js";
import { $, h, notice } from "./dom.js";
import { documentPath } from "./state.js";

const STEP = 5;
const POINTS = 600;
/** Seconds of a file that is drawn as a whole: of a longer one each part would be too narrow. */
const DRAWN = 1800;
const REACH = 4;
const SCENE = 160;

/** {element, scenes, item}: what is open; null where a page is. */
let open = null;

/** Fill the viewer with `bar` and the player of `item`: {document, name, start, end}. */
export async function draw(item, bar) {
  if (open?.item.document === item.document) return again(item, bar);
  const { clips, seconds } = await api.get(`${documentPath(item.document)}/clips`);
  if (!item.wanted()) return;
  const films = clips.filter((clip) => clip.modality === "video");
  const hears = clips.some((clip) => clip.modality === "audio");
  const element = h(films.length ? "video" : "audio", { controls: true, preload: "metadata", "aria-label": item.name });
  element.playsInline = true;
  const desk = h("div", { class: "desk screen" }, element);
  const scenes = h("nav", { class: "strip scenes", "aria-label": "Scenes", hidden: films.length < 2 });
  close();
  open = { element, item, scenes: films.length ? films : windows(seconds), strip: scenes, at: -1 };
  const whole = hears && seconds <= DRAWN && track(element, seconds);
  $("viewer").replaceChildren(...[bar, desk, whole, scenes].filter(Boolean));
  element.addEventListener("timeupdate", mark);
  mark();
  await play(item, element, desk);
}

/** Another second of what is open. */
function again(item, bar) {
  open.item = item;
  $("viewer").querySelector(".viewer-bar").replaceWith(bar);
  open.cite?.(item);
  seek(item.start);
}

/** Steps through a sound, which has no scenes. */
const windows = (seconds) =>
  Array.from({ length: Math.ceil(seconds / 10) }, (_, n) => ({ start: 10 * n, end: Math.min(10 * n + 10, seconds) }));

/** Load the file. A link is good for some minutes, and for as long as the server runs, so that
 * after an error another one is asked for. */
async function play(item, element, desk) {
  let at = item.start;
  let tried = false;
  const load = async () => {
    const { address } = await api.get(`${documentPath(item.document)}/media/link`);
    if (open?.element === element) element.src = address;
  };
  element.addEventListener("loadedmetadata", () => {
    tried = false;
    if (at) element.currentTime = at;
  });
  element.addEventListener("error", async () => {
    if (open?.element !== element || !element.hasAttribute("src")) return;
    if (tried) return cannot(item, element, desk);
    tried = true;
    at = element.currentTime || at;
    load().catch((error) => notice(error.message));
  });
  await load();
}

/** Show what the server can of what the browser cannot. */
function cannot(item, element, desk) {
  const film = element.tagName === "VIDEO";
  const said = `This browser cannot play the ${film ? "film" : "sound"}; download it to play it elsewhere.`;
  desk.replaceChildren(h("p", { class: "notice", role: "status" }, said));
  if (!film) return;
  const image = h("img", { class: "still" });
  open.still = (time) => {
    image.alt = `${item.name} at ${clock(time)}`;
    api.picture(frameOf(item.document, time, 1280)).then((address) => (image.src = address), (error) => notice(error.message));
  };
  desk.append(image);
  open.still((item.start + (item.end ?? item.start)) / 2);
}

/** How the whole file sounds, where in it we are, and what of it was cited. */
function track(element, seconds) {
  const canvas = h("canvas", { width: 2 * POINTS, height: 96 });
  const cited = h("i", { class: "cited" });
  const now = h("i", { class: "now" });
  const percent = (time) => `${Math.min(100, (100 * time) / seconds)}%`;
  open.cite = ({ start, end }) => {
    cited.hidden = !end;
    cited.style.left = percent(start);
    cited.style.width = percent((end ?? start) - start);
  };
  open.cite(open.item);
  element.addEventListener("timeupdate", () => (now.style.left = percent(element.currentTime)));
  const pressed = (event) => {
    const { left, width } = canvas.getBoundingClientRect();
    seek(((event.clientX - left) / width) * seconds);
  };
  api.get(`${documentPath(open.item.document)}/waveform?points=${POINTS}`)
    .then(({ points }) => paint(canvas, points), (error) => notice(error.message));
  // What a mouse does here the player's own slider does for everyone.
  return h("div", { class: "track", "aria-hidden": "true", onclick: pressed }, canvas, cited, now);
}

/** Which scene is on, told in the strip below. */
function mark() {
  if (!open) return; // closed since the event was on its way
  const { element, scenes, strip, item } = open;
  const time = element.currentTime || (element.readyState ? 0 : item.start);
  const at = Math.max(0, scenes.findLastIndex((scene) => scene.start <= time + 0.05));
  if (at === open.at || strip.hidden) return;
  open.at = at;
  const from = Math.max(0, Math.min(at - REACH, scenes.length - 1 - 2 * REACH));
  const shown = scenes.slice(from, from + 2 * REACH + 1);
  const focused = strip.contains(document.activeElement);
  strip.replaceChildren(...shown.map((scene, n) => {
    const image = h("img", { alt: "" });
    api.picture(frameOf(item.document, (scene.start + scene.end) / 2, SCENE)).then((address) => (image.src = address), () => {});
    return h("button", { "aria-label": `Scene ${from + n + 1}, ${where(scene)}`, "aria-current": String(from + n === at), onclick: () => seek(scene.start) },
      image, h("span", {}, clock(scene.start)));
  }));
  if (focused) strip.querySelector("[aria-current=true]").focus();
}

export const isOpen = () => open !== null;
/** Seconds from the beginning, to be found again by. */
export const time = () => open?.element.currentTime || open?.item.start || 0;

function seek(time) {
  open.element.currentTime = Math.max(0, time);
  open.still?.(Math.max(0, time));
}

export const skip = (by) => seek(time() + STEP * by);

/** The scene before or after; of sound, ten seconds. */
export function step(by) {
  const { scenes } = open;
  const at = scenes.findLastIndex((scene) => scene.start <= time() + 0.05);
  const scene = scenes[Math.min(Math.max(at + by, 0), scenes.length - 1)];
  if (scene) seek(scene.start);
}

export function toggle() {
  const { element } = open;
  if (element.paused) element.play().catch(() => {}); // told by its error event
  else element.pause();
}

/** Stop, and let go of the file. */
export function close() {
  if (!open) return;
  const { element } = open;
  open = null;
  element.pause();
  element.removeAttribute("src");
  element.load();
}
