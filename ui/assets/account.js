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

// Gradio builds the page after its own scripts have loaded.
asSoonAs("body", offer);
