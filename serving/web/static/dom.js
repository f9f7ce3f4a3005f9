// Makes elements. Text is always text: nothing that a document or a server says is ever markup.

/** An element: h("button", {class: "chip", onclick: open}, "1"). null and false are left out. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== false));
  return element;
}

const SHAPES = {
  close: "M6 6l12 12M18 6 6 18",
  left: "M15 5l-7 7 7 7",
  right: "M9 5l7 7-7 7",
  plus: "M12 6v12M6 12h12",
  minus: "M6 12h12",
  heat: "M12 3c1 4 5 5.5 5 10a5 5 0 0 1-10 0c0-2 1-3 2-4 .3 1.5 1 2 2 2 .5-3-.5-5 1-8Z",
  link: "M10 13a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-5.7-5.7l-1.2 1.2M14 11a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 5.7 5.7l1.2-1.2",
  down: "M12 5v11m0 0 4-4m-4 4-4-4M5 20h14",
  pen: "M4 20l1-4L16 5l3 3L8 19l-4 1Z",
  bin: "M5 7h14M10 7V5h4v2M7 7l1 12h8l1-12",
};

/** An icon by its name; what it means is said by the button around it. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

export const $ = (id) => document.getElementById(id);

/** Let something be read aloud, once: what is drawn meanwhile is not. */
export function say(text) {
  $("spoken").textContent = text;
}

/** Say something that passes. */
export function notice(text) {
  const element = h("div", {}, text);
  $("notices").append(element);
  setTimeout(() => element.remove(), 6000);
}

/** Whether a person really means it. */
export function confirmed(title, text) {
  $("confirm-title").textContent = title;
  $("confirm-text").textContent = text;
  const dialog = $("confirm");
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

export const counted = (n, one, many = `${one}s`) => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
