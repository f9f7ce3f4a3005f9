// What can be opened: each turn of the talk has the pages that it cites or has found, in order.

import { $, h } from "./dom.js";
import { tell } from "./state.js";

const held = new WeakMap();
/** The turn and the place in it that is open; null where nothing is. */
let current = null;

/** A button that opens an item, kept as the next place of a turn. */
export function opener(turn, item, attributes, ...children) {
  const items = held.get(turn) ?? [];
  held.set(turn, items);
  const known = items.indexOf(item);
  const place = known >= 0 ? known : items.push(item) - 1;
  return h("button", { type: "button", "data-place": String(place), onclick: () => show(turn, place), ...attributes }, ...children);
}

/** Open what a turn holds at a place. */
export function show(turn, place) {
  const item = held.get(turn)?.[place];
  if (!item) return;
  current = { turn, place };
  tell("open", item);
  mark();
}

/** Open the next place of the turn that is open, or else of the newest. */
export function step(by) {
  const turn = current?.turn.isConnected ? current.turn : $("talk").querySelector(".turn:last-child");
  const count = held.get(turn)?.length ?? 0;
  const from = current?.turn === turn ? current.place : by > 0 ? -1 : 0;
  if (count) show(turn, (from + by + count) % count);
}

export function unmark() {
  current = null;
  mark();
}

function mark() {
  for (const element of $("talk").querySelectorAll("[data-place]")) {
    const is = element.closest(".turn") === current?.turn && Number(element.dataset.place) === current.place;
    element.setAttribute("aria-current", String(is));
  }
}
