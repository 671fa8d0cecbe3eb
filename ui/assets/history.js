// The conversations: a drawer that lists them; a reload opens the one that was open.

import { actions, confirmIn, whenReady } from "./chat.js";
import { find, tell } from "./page.js";

const send = (words) => tell("history-command", words);
const OPEN_ONE = "verbatim-conversation"; // in this tab's own storage

function toggleDrawer(open) {
  document.body.toggleAttribute("data-drawer", open);
  find("button[name=drawer]").setAttribute("aria-expanded", String(open));
  (open ? find("#drawer li.open button, #drawer button") : find("button[name=drawer]"))?.focus();
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
  const end = (kept) => {
    if (!box.isConnected) return;
    const title = box.value.trim();
    box.remove();
    face.hidden = false;
    face.focus();
    if (kept && title) send(`rename ${button.value} ${title}`);
  };
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") end(true);
    if (event.key === "Escape") { event.stopPropagation(); end(false); }
  });
  box.addEventListener("blur", () => end(true));
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
  delete: (button) => send(`delete ${button.value}`),
  export: (button) => send(`export ${button.value}`),
  older: () => send("older"),
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.closest("#drawer")) toggleDrawer(false);
});

document.addEventListener("click", ({ target, isTrusted }) => {
  const away = isTrusted && !target.closest("#drawer, button[name=drawer]");
  if (away && target.isConnected && document.body.hasAttribute("data-drawer")) {
    document.body.removeAttribute("data-drawer");
    find("button[name=drawer]").setAttribute("aria-expanded", "false");
  }
});

/** Remember for this tab which conversation is open. */
function remember() {
  const id = find("#current .current")?.id.replace("conversation-", "") ?? "";
  if (id) sessionStorage.setItem(OPEN_ONE, id);
  else sessionStorage.removeItem(OPEN_ONE);
}

whenReady(() => {
  const last = sessionStorage.getItem(OPEN_ONE);
  find("#drawer").setAttribute("role", "navigation");
  find("#drawer").setAttribute("aria-label", "Conversations");
  find("button[name=drawer]").setAttribute("aria-expanded", "false");
  new MutationObserver(remember).observe(find("#current"), { childList: true, subtree: true });
  new MutationObserver(download).observe(find("#file"), { childList: true, subtree: true });
  if (last) tell("wanted-conversation", last);
});
