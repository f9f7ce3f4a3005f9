// Clips: pieces of sound and film, and what stands for them where they are found.

import * as api from "./api.js";
import { h } from "./dom.js";
import { documentPath, pictureOf, root, state } from "./state.js";

const WIDTH = 360;
const POINTS = 160;
const LIMIT = 8;
const KINDS = ["image", "audio", "video"];
const BY_SUFFIX = {
  tif: "image", tiff: "image", webp: "image", flac: "audio", opus: "audio", oga: "audio", m4a: "audio",
  mka: "audio", mkv: "video", m4v: "video", mov: "video", webm: "video",
};

/** 72.4 s are "1:12". */
export function clock(seconds) {
  const whole = Math.floor(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** Where in its document a page or a clip is. */
export const where = ({ page, start, end }) => (page ? `page ${page}` : `${clock(start)}–${clock(end)}`);

export const frameOf = (document, time, width) =>
  `${documentPath(document)}/frame?t=${time.toFixed(2)}&width=${width}`;

/** "image", "audio" or "video"; undefined for what none of them can be asked with. */
export function kindOf(file) {
  const kind = file.type.split("/")[0];
  return KINDS.includes(kind) ? kind : BY_SUFFIX[file.name.toLowerCase().split(".").pop()];
}

/** What is found across modalities by a text, a file, or both. */
export async function find(question, file, signal) {
  const form = new FormData();
  if (question) form.append("text", question);
  if (file) form.append(kindOf(file), file, file.name);
  for (const id of state.chosen.keys()) form.append("documents", id);
  form.append("limit", String(LIMIT));
  return (await api.postForm(`${root()}/search/media`, form, { signal })).hits;
}

/** A picture of what was found: the page, what the film shows in the middle of the clip, or how
 * the sound swings. */
export function face(hit) {
  if (hit.modality === "audio") return waveOf(hit);
  const image = h("img", { class: hit.page ? "" : "frame", alt: "", loading: "lazy" });
  const path = hit.page
    ? pictureOf(hit.document_id, hit.page, WIDTH)
    : frameOf(hit.document_id, (hit.start + hit.end) / 2, WIDTH);
  api.picture(path).then((address) => (image.src = address), () => {});
  return image;
}

function waveOf({ document_id: document, start, end }) {
  const canvas = h("canvas", { class: "wave", width: 4 * POINTS, height: 480, "aria-hidden": "true" });
  const path = `${documentPath(document)}/waveform?start=${start}&end=${end}&points=${POINTS}`;
  api.get(path).then(({ points }) => paint(canvas, points), () => {});
  return canvas;
}

/** Draw (least, greatest) of each part as a bar. */
export function paint(canvas, points) {
  const context = canvas.getContext("2d");
  const wide = canvas.width / points.length;
  const middle = canvas.height / 2;
  const most = Math.max(0.1, ...points.flat().map(Math.abs));
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = getComputedStyle(canvas).color;
  points.forEach(([low, high], n) => {
    const top = middle - (high / most) * middle * 0.94;
    const bottom = middle - (low / most) * middle * 0.94;
    context.fillRect(n * wide, top, wide < 8 ? wide : wide * 0.7, Math.max(2, bottom - top));
  });
}
