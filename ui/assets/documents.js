// The documents: which are asked, how they are listed, what is dismissed.

import { actions, whenReady } from "./chat.js";
import { find, tell } from "./page.js";

const send = (words) => tell("documents-command", words);
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

Object.assign(actions, {
  ask: (tick) => {
    const on = tick.classList.toggle("on");
    tick.setAttribute("aria-checked", String(on));
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
  new MutationObserver(callByItsFace).observe(find("#beside"), { childList: true, subtree: true });
  callByItsFace();
  new MutationObserver(describe).observe(find("#table"), { childList: true, subtree: true });
  find("#refused").setAttribute("role", "status");
  describe();
});
