// What the keyboard does where nothing is being written.

import { $ } from "./dom.js";
import * as places from "./places.js";
import * as shelf from "./shelf.js";
import * as viewer from "./viewer.js";

const DOES = {
  "/": () => $("question").focus(),
  "?": () => $("keys").showModal(),
  j: () => places.step(1),
  k: () => places.step(-1),
  ArrowLeft: () => viewer.move(-1),
  ArrowRight: () => viewer.move(1),
  "[": () => viewer.turn(-1),
  "]": () => viewer.turn(1),
  "+": () => viewer.closer(1),
  "=": () => viewer.closer(1),
  "-": () => viewer.closer(-1),
  h: () => viewer.toggleHeat(),
  p: () => viewer.play(),
};

/** Whether what has the focus does something of its own with a key. */
const isOwn = ({ key, target }) => key.startsWith("Arrow") && target.matches("audio, video");

export function wire() {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const writing = event.target.matches("textarea, select, input:not([type=checkbox], [type=radio])");
    if (event.key === "Escape") {
      if (writing) event.target.blur();
      else if (shelf.isOpen()) shelf.open(false);
      else viewer.close();
      return;
    }
    if (writing || !DOES[event.key] || isOwn(event)) return;
    event.preventDefault();
    DOES[event.key]();
  });
  $("help").addEventListener("click", () => $("keys").showModal());
}
