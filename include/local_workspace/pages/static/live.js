// Keeps the page of an active run up to date: logs grow as they are written, and when a state has changed the page is
// asked for again. Nothing but text is ever put into it.
"use strict";

const EVERY = 1000; // milliseconds
const KEPT = 262144; // characters of a log
const NEAR = 24; // pixels from its end that still count as following it

const page = document.querySelector("main[data-state]");
const silence = document.getElementById("silence");
const logs = [...document.querySelectorAll("pre[data-live]")];

async function ask(url) {
  const answer = await fetch(url, { cache: "no-store" });
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
  return answer.json();
}

async function grow(log) {
  const { text, end } = await ask(`${log.dataset.live}?offset=${log.dataset.end}`);
  log.dataset.end = end;
  if (!text) return;
  const follows = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
  log.textContent = (log.textContent + text).slice(-KEPT);
  if (follows) log.scrollTop = log.scrollHeight;
}

async function look() {
  try {
    await Promise.all(logs.map(grow));
    const { fingerprint } = await ask(page.dataset.state);
    silence.hidden = true;
    if (fingerprint !== page.dataset.fingerprint) return location.reload();
  } catch {
    silence.hidden = false; // stopped, or restarting: it is asked again
  }
  setTimeout(look, EVERY);
}

for (const log of logs) log.scrollTop = log.scrollHeight;
setTimeout(look, EVERY);
