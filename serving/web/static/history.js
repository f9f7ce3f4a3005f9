// Questions that were asked in this tab: the arrow keys bring them back.

const PLACE = "questions";
const KEPT = 50;

let asked = JSON.parse(sessionStorage.getItem(PLACE) ?? "[]");
/** Which of them is shown; asked.length: what is being written. */
let at = asked.length;
let draft = "";

export function keep(question) {
  asked = [...asked.filter((earlier) => earlier !== question), question].slice(-KEPT);
  sessionStorage.setItem(PLACE, JSON.stringify(asked));
  at = asked.length;
}

/** Let the arrows leave the first and the last line of `box` for other questions. */
export function wire(box, changed) {
  box.addEventListener("keydown", (event) => {
    if (event.shiftKey || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const before = box.value.slice(0, box.selectionStart);
    const after = box.value.slice(box.selectionEnd);
    if (event.key === "ArrowUp" && at > 0 && !before.includes("\n")) go(-1);
    else if (event.key === "ArrowDown" && at < asked.length && !after.includes("\n")) go(1);
    else return;
    event.preventDefault();
  });

  function go(by) {
    if (at === asked.length) draft = box.value;
    at += by;
    box.value = at === asked.length ? draft : asked[at];
    box.setSelectionRange(box.value.length, box.value.length);
    changed();
  }
}
