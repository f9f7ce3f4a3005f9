// What an answer or a search has found, as elements; each place in it opens with its turn.

import * as api from "./api.js";
import * as clips from "./clips.js";
import { counted, h } from "./dom.js";
import { opener } from "./places.js";
import { pictureOf } from "./state.js";

const WHY = {
  no_pages: "There are no pages to look at.",
  weak: "No page is near enough to the question.",
  unanswerable: "The pages do not hold the answer.",
  refused: "The model declined to answer.",
  unreadable: "The model's reply could not be read.",
  unverified: "Nothing in the model's reply could be found on the pages.",
};
const NOT_WORDS = {
  picture: " What the model sees in its picture; not verified word for word.",
  summary: " From a summary of the page; not verified word for word.",
};
const TITLES = {
  audio: (hit) => `Sound, ${clips.where(hit)}`,
  video: (hit) => `Film, ${clips.where(hit)}`,
  image: () => "Picture",
  page: (hit) => `Page ${hit.page}`,
};

/** What was searched for in the place of a question that follows others. */
export function understood({ asked, rewriting }) {
  if (asked) return [h("p", { class: "quiet" }, `Understood as: ${asked}`)];
  return rewriting === "failed" ? [h("p", { class: "quiet" }, "Asked as it is, without what was said before.")] : [];
}

/** A settled answer, in a turn of the talk. */
export function settled(turn, answer, question) {
  const citations = answer.citations.map((citation, index) => ({
    document: citation.document_id, name: citation.document, ...placeOf(citation),
    boxes: citation.boxes, quote: citation.quote, question, label: String(index + 1),
  }));
  const parts = [];
  if (answer.abstained) {
    parts.push(h("p", { class: "notice" }, h("strong", {}, "Not found. "), WHY[answer.reason] ?? answer.answer));
    if (answer.missing) parts.push(h("p", { class: "quiet" }, answer.missing));
    if (answer.pages.length) parts.push(h("p", { class: "foot" }, "The nearest pages:"), nearest(turn, answer.pages, question));
    return [...parts, ...nearClips(turn, answer.clips ?? [], question)];
  }
  parts.push(h("div", { class: "answer" }, ...paragraphs(turn, answer.answer, citations)));
  parts.push(...doubts(answer));
  parts.push(h("ol", { class: "sources" }, ...answer.citations.map((c, i) => h("li", {}, source(turn, c, citations[i])))));
  parts.push(h("p", { class: "foot" }, about(answer)));
  return [...parts, ...nearClips(turn, answer.clips ?? [], question)];
}

/** The same in a few words, to be read aloud. */
export const spoken = (answer) =>
  answer.abstained ? `Not found. ${WHY[answer.reason] ?? answer.answer}` : `${answer.answer.replace(/\s*\[\d+\]/g, "")} ${counted(answer.citations.length, "source")}.`;

function doubts(answer) {
  const parts = [];
  const unsupported = answer.statements.filter((statement) => statement.support === "unsupported");
  if (unsupported.length) {
    parts.push(h("p", { class: "notice" }, `${counted(unsupported.length, "statement")} could not be verified: `, unsupported.map((s) => `“${s.text}”`).join(" ")));
  }
  const seen = answer.statements.filter((statement) => ["page", "clip"].includes(statement.support));
  if (seen.length) {
    parts.push(h("p", { class: "notice" }, `${counted(seen.length, "statement")} not verified by words of a page, but as the model sees it: `, seen.map((s) => `“${s.text}”`).join(" ")));
  }
  if (answer.missing) parts.push(h("p", { class: "notice" }, "The pages do not tell, says the model: ", answer.missing));
  if (answer.incomplete) parts.push(h("p", { class: "notice" }, `This may not be all of the answer. ${answer.incomplete}`));
  return parts;
}

/** A paragraph a line, with a chip for each mark. Quotes without marks are a line each. */
function paragraphs(turn, text, citations) {
  const lines = text.split("\n").filter((line) => line.trim());
  const marked = /\[\d+\]/.test(text);
  return lines.map((line, index) => {
    const last = index === lines.length - 1;
    const mine = marked ? [] : citations.slice(index, last ? undefined : index + 1);
    return h("p", {}, ...withChips(turn, line, citations), ...mine.flatMap((item) => [" ", chip(turn, item)]));
  });
}

const withChips = (turn, text, citations) =>
  text.split(/(\[\d+\])/).map((part) => {
    const number = Number(/^\[(\d+)\]$/.exec(part)?.[1]);
    return number && number <= citations.length ? chip(turn, citations[number - 1]) : part;
  });

const chip = (turn, item) =>
  opener(turn, item, { class: "chip", "aria-label": `Source ${item.label}: ${item.name}, ${clips.where(item)}` }, item.label);

const source = (turn, citation, item) =>
  opener(turn, item, { class: "source" },
    h("span", { class: "number" }, item.label),
    h("span", {}, h("span", { class: "where" }, `${citation.document}, ${clips.where(citation)}`),
      citation.quote ? h("q", {}, citation.quote) : h("span", { class: "quiet" }, NOT_WORDS[citation.basis])));

function about(answer) {
  const looked = `${counted(answer.pages.length, "page")} read`;
  if (!answer.usage) return `${looked}. The words are those of the documents; no model was asked.`;
  const { input_tokens: read, output_tokens: written, cost } = answer.usage;
  const paid = cost === null ? "" : `, $${cost.toFixed(4)}`;
  return `${looked} by the model: ${(read + written).toLocaleString("en")} tokens${paid}. Every quote was found on its page.`;
}

/** Where a hit or a citation opens. */
const placeOf = ({ page, start, end }) => (page ? { page } : { start, end });

/** Pages that were found, the best first. */
export function nearest(turn, hits, question) {
  const best = hits[0].score || 1;
  return h("ul", { class: "hits" }, ...hits.map((hit) => h("li", {}, card(turn, hit, best, question))));
}

function card(turn, hit, best, question) {
  const item = {
    document: hit.document_id, name: hit.document, page: hit.page, question,
    boxes: (hit.matches ?? []).map((match) => match.box), quote: "", label: "",
  };
  const image = h("img", { alt: "", loading: "lazy" });
  api.picture(pictureOf(hit.document_id, hit.page, 360)).then((address) => (image.src = address), () => {});
  const bar = h("i");
  bar.style.width = `${Math.max(2, Math.round((100 * hit.score) / best))}%`;
  return opener(turn, item, { class: "hit" },
    h("span", { class: "sheet-of" }, image),
    h("span", { class: "bar-of", title: `Score ${hit.score.toFixed(3)}` }, bar),
    h("span", { class: "caption" }, h("strong", {}, `Page ${hit.page}`), h("br"), hit.document));
}

/** Clips of sound and film, pictures and pages. */
export const found = (turn, hits, question) =>
  h("ul", { class: "hits" }, ...hits.map((hit) => h("li", {}, clipCard(turn, hit, question))));

/** Sound and film that may say more, whether or not the answer rests on them. */
const nearClips = (turn, hits, question) =>
  hits.length ? [h("p", { class: "foot" }, "Sound and film near the question:"), found(turn, hits, question)] : [];

function clipCard(turn, hit, question) {
  const item = { document: hit.document_id, name: hit.document, ...placeOf(hit), boxes: [], quote: "", question, label: "" };
  return opener(turn, item, { class: "hit" },
    h("span", { class: "sheet-of wide" }, clips.face(hit)),
    h("span", { class: "caption" }, h("strong", {}, TITLES[hit.modality](hit)), h("br"), hit.document));
}
