// Who is logged in, and the way out: only sent to those who are.

import { asSoonAs } from "./page.js";

function offer() {
  const masthead = document.querySelector("#masthead");
  if (!masthead) return false;
  const form = document.createElement("form");
  form.id = "log-out";
  form.method = "post";
  form.action = "/logout";
  const button = document.createElement("button");
  button.textContent = "Log out";
  button.title = `You are logged in as ${document.querySelector("meta[name=verbatim-user]").content}`;
  form.append(button);
  masthead.append(form);
  return true;
}

const UNSENT = "verbatim-unsent";

/** Put back the question that an ended login left unsent. */
function resume() {
  const question = document.querySelector("#question textarea");
  if (!question) return false;
  question.value = sessionStorage.getItem(UNSENT) ?? question.value;
  sessionStorage.removeItem(UNSENT);
  question.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
}

// Gradio builds the page after its own scripts have loaded.
asSoonAs("body", offer);
asSoonAs("body", resume);

// A login can end while its page is open: unused for long, ended in another tab, or with the server. What the page then
// asks is refused, of which Gradio says nothing; so the question is kept, and the way in shown.
const send = window.fetch;
window.fetch = async (...request) => {
  const response = await send(...request);
  if (response.status === 401) {
    const question = document.querySelector("#question textarea")?.value;
    if (question) sessionStorage.setItem(UNSENT, question);
    location.assign("/login");
  }
  return response;
};
