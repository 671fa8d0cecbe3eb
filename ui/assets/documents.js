// The documents: which are asked, how they are listed, what is dismissed.

import { actions, whenReady } from "./chat.js";
import { asSoonAs, find, name, tell, whenChanged } from "./page.js";

const send = (words) => tell("documents-command", words);
const LEFT_OUT = "verbatim-left-out"; // in this tab's own storage: the documents that are not asked
let pressed = null; // what was pressed in a table that is about to be replaced

/** Give the ticks their role and state; Gradio lets no aria attribute through. */
function describe() {
  for (const tick of document.querySelectorAll("#table .tick")) {
    tick.setAttribute("role", "checkbox");
    tick.setAttribute("aria-checked", String(tick.classList.contains("on")));
  }
  for (const heading of document.querySelectorAll("#table th.current"))
    heading.setAttribute("aria-sort", heading.classList.contains("title") || heading.classList.contains("kind") ? "ascending" : "descending");
  if (pressed) find(`#table button[name="${pressed.name}"][value="${CSS.escape(pressed.value)}"]`)?.focus();
  pressed = null;
}

const leftOut = () => new Set(sessionStorage.getItem(LEFT_OUT)?.split(" "));

function remember(ids) {
  if (ids.size) sessionStorage.setItem(LEFT_OUT, [...ids].join(" "));
  else sessionStorage.removeItem(LEFT_OUT);
}

let told = ""; // what the server said last of all that is left out; Gradio may draw it more than once

/** Remember what is left out once the server knows what "all" or "none" was. */
function rememberTold() {
  const list = find("#left-out [id]");
  if (!list || list.id === told) return;
  told = list.id;
  remember(new Set(list.textContent.split(" ").filter(Boolean)));
}

/** Leave out what was left out in this tab before a reload, once the page shows its documents. */
function chooseAgain() {
  if (!find("#table .documents")) return false;
  if (leftOut().size) send(`leave ${[...leftOut()].join(" ")}`);
  return true;
}

Object.assign(actions, {
  ask: (tick) => {
    const on = tick.classList.toggle("on");
    tick.setAttribute("aria-checked", String(on));
    const ids = leftOut();
    if (on) ids.delete(tick.value);
    else ids.add(tick.value);
    remember(ids);
    send(`${on ? "ask" : "skip"} ${tick.value}`);
  },
  "choose-all": (button) => { pressed = button; send("all"); },
  "choose-none": (button) => { pressed = button; send("none"); },
  order: (button) => { pressed = button; send(`order ${button.value}`); },
  more: () => send("more"),
  dismiss: (button) => send(`dismiss ${button.value}`),
});

let typing = 0;
document.addEventListener("input", ({ target }) => {
  if (!target.closest("#matching")) return;
  clearTimeout(typing);
  typing = setTimeout(() => send(`match ${target.value}`), 150);
});

/** Let the box to drop files in be called what it says; Gradio gives it another name each time it is made anew. */
function callByItsFace() {
  const box = find("#upload button[aria-label]");
  if (box?.querySelector(".wrap")) box.removeAttribute("aria-label");
}

whenReady(() => {
  whenChanged("#beside", callByItsFace);
  callByItsFace();
  whenChanged("#table", describe);
  name("#refused", { role: "status" });
  whenChanged("#left-out", rememberTold);
  asSoonAs("#table", chooseAgain);
  describe();
});
