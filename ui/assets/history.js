// The conversations: a drawer that lists them; a reload opens the one that was open.

import { actions, confirmIn, whenReady } from "./chat.js";
import { bringBack, openKey } from "./citations.js";
import { asSoonAs, comeFrom, find, goBack, linked, name, show, tell, whenChanged } from "./page.js";

const send = (words) => tell("history-command", words);
const OPEN_ONE = "verbatim-conversation"; // in this tab's own storage

function setDrawer(open) {
  document.body.toggleAttribute("data-drawer", open);
  find("#drawer").inert = !open;
  find("button[name=drawer]").setAttribute("aria-expanded", String(open));
}

function toggleDrawer(open) {
  setDrawer(open);
  (open ? find("#drawer li.open button, #drawer button") : find("button[name=drawer]"))?.focus();
}

let returning = null; // the conversation to whose row the focus returns once the list is drawn anew

/** Return to a row of the list that was drawn anew; if it is gone, to where the list was opened. */
function returnToRow() {
  if (returning === null || document.activeElement !== document.body || !document.body.hasAttribute("data-drawer")) return;
  (find(`#conversations [name=open][value="${CSS.escape(returning)}"]`) ?? find("button[name=drawer]")).focus();
  returning = null;
}

/** Delete a conversation; the one after it is next. */
function remove(button) {
  const row = button.closest("li");
  returning = (row.nextElementSibling ?? row.previousElementSibling)?.querySelector("[name=open]").value ?? "";
  send(`delete ${button.value}`);
}

/** Edit a title in its place; Enter keeps it, Escape does not. */
function rename(button) {
  const row = button.closest("li");
  const face = row.querySelector(".open-conversation");
  const box = document.createElement("input");
  box.className = "renaming";
  box.value = face.querySelector(".title").textContent;
  box.maxLength = 120;
  box.setAttribute("aria-label", "Title of the conversation");
  face.hidden = true;
  row.prepend(box);
  row.querySelector("details").open = false;
  box.select();
  box.focus();
  let ended = false; // taking the box away takes its focus, which would end it once more
  const end = (kept) => {
    if (ended) return;
    ended = true;
    const title = box.value.trim();
    box.remove();
    face.hidden = false;
    face.focus();
    if (!kept || !title) return;
    returning = button.value;
    send(`rename ${button.value} ${title}`);
  };
  box.addEventListener("keydown", (event) => {
    if (!["Enter", "Escape"].includes(event.key)) return;
    event.preventDefault(); // or the button that gets the focus would be pressed by the same key
    event.stopPropagation();
    end(event.key === "Enter");
  });
  box.addEventListener("blur", () => end(true));
}

let before = ""; // the citation whose source was open before it was asked which sentence would have been right
let awaited = null; // what will come into the source pane, and get the focus

/** Ask which sentence would have been right, where the source is. */
function wrong(button) {
  if (!find("#source .which-one")) before = openKey();
  awaited = `#which-${button.value}`;
  comeFrom(button);
  show("source");
  tell("verdict", `wrong ${button.value}`);
  arrived();
}

/** Bring what was asked for into view from its beginning. */
function arrived() {
  const heading = awaited && find(`#source ${awaited}`);
  if (!heading) return;
  awaited = null;
  find("#source").scrollTop = 0;
  heading.focus({ preventScroll: true });
}

let told = ""; // what the server said last of a verdict; Gradio may draw it more than once

/** Say below an answer what became of what was said of it. The answer stays as it is: nothing moves or closes. */
function tellVerdict() {
  const said = find("#judged [id]");
  if (!said || said.id === told) return;
  told = said.id;
  const asked = find(`#conversation .verdict:has(button[value="${said.querySelector("button").value}"])`);
  if (!asked) return;
  const hadFocus = asked.contains(document.activeElement);
  asked.replaceChildren(...said.querySelector(".verdict").cloneNode(true).childNodes);
  if (!hadFocus) return;
  asked.tabIndex = -1;
  asked.focus();
}

let saved = ""; // the file that was fetched last

/** Save the file that the server has made ready, once: by a link that is followed and gone. */
function download() {
  const token = find("#file button[name=download]")?.value;
  if (!token || token === saved) return;
  saved = token;
  const link = document.createElement("a");
  link.href = `/verbatim/export/${encodeURIComponent(token)}`;
  link.download = "";
  document.body.append(link);
  link.click();
  link.remove();
}

Object.assign(actions, {
  drawer: () => toggleDrawer(!document.body.hasAttribute("data-drawer")),
  open: (button) => {
    tell("wanted-conversation", button.value);
    toggleDrawer(false);
  },
  rename,
  "ask-delete": (button) => confirmIn(button.closest(".acts"), "ask-delete", "spare", true),
  spare: (button) => confirmIn(button.closest(".acts"), "ask-delete", "spare", false),
  delete: remove,
  export: (button) => send(`export ${button.value}`),
  older: () => send("older"),
  earlier: () => send("earlier"),
  right: (button) => tell("verdict", `right ${button.value}`),
  wrong,
  pick: (button) => { awaited = ".kept"; tell("verdict", `pick ${button.value}`); },
  skip: () => { goBack(); bringBack(before); },
});

/** Escape closes the drawer wherever the focus is, before it means anything else; but not while a title is edited. */
function escape(event) {
  if (event.key !== "Escape" || event.target.matches(".renaming") || !document.body.hasAttribute("data-drawer")) return;
  event.stopPropagation();
  toggleDrawer(false);
}

document.addEventListener("keydown", escape, true);

document.addEventListener("click", ({ target, isTrusted }) => {
  const away = isTrusted && !target.closest("#drawer, button[name=drawer]");
  if (away && target.isConnected && document.body.hasAttribute("data-drawer")) setDrawer(false);
});

/** Remember for this tab which conversation is open. */
function remember() {
  const id = find("#current .current")?.id.replace("conversation-", "") ?? "";
  if (id) sessionStorage.setItem(OPEN_ONE, id);
  else sessionStorage.removeItem(OPEN_ONE);
}

/** Open what was open in this tab before a reload, once the page shows that nothing is. A source that the page's own
 *  address names stays beside it. */
function reopen(last) {
  if (!find("#conversation .welcome") || !find("#conversations .conversations")) return false;
  if (last) tell("wanted-conversation", linked ? `${last} keep` : last);
  return true;
}

whenReady(() => {
  const last = sessionStorage.getItem(OPEN_ONE);
  name("#drawer", { role: "navigation", "aria-label": "Conversations" });
  setDrawer(false);
  whenChanged("#conversations", returnToRow);
  whenChanged("#source", arrived);
  whenChanged("#judged", tellVerdict);
  whenChanged("#current", remember);
  whenChanged("#file", download);
  asSoonAs("#panes", () => reopen(last));
});
