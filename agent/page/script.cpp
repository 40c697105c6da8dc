#include "agent/page/page.hpp"

namespace reputed {

// Asks for the page again every few seconds and changes what is different, element by element: what has the focus, is
// scrolled, open or selected stays so.
std::string_view page_script() {
    return R"js("use strict";
(() => {
  const least = 5000, most = 60000;
  const live = document.getElementById("live");
  if (!live || !window.fetch) return;
  let timer = 0, paused = false, busy = false, failed = false;

  const keyOf = node => {
    if (node.nodeType !== Node.ELEMENT_NODE) return "";
    if (node.id) return "#" + node.id;
    const first = node.localName === "tr" ? node.querySelector("th") : node.localName === "details" ? node.querySelector("summary") : null;
    if (first) return node.localName + " " + first.textContent;
    const about = node.localName === "li" ? node.querySelector("h3") : null;
    return about ? "li " + about.textContent : "";
  };

  const same = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b);

  const syncAttributes = (have, want) => {
    for (const { name } of [...have.attributes])
      if (!want.hasAttribute(name) && !(name === "open" && have.localName === "details")) have.removeAttribute(name);
    for (const { name, value } of want.attributes)
      if (have.getAttribute(name) !== value) have.setAttribute(name, value);
  };

  const sync = (have, want) => {
    if (have.nodeType !== Node.ELEMENT_NODE) {
      if (have.nodeValue !== want.nodeValue) have.nodeValue = want.nodeValue;
      return;
    }
    if (have.isEqualNode(want)) return;
    syncAttributes(have, want);
    const keyed = new Map();
    for (const child of have.children) {
      const key = keyOf(child);
      if (key && !keyed.has(key)) keyed.set(key, child);
    }
    let at = have.firstChild;
    for (const wanted of [...want.childNodes]) {
      const known = keyed.get(keyOf(wanted));
      if (known && known !== at && known.nodeName === wanted.nodeName) have.insertBefore(known, at);
      const found = known && known.nodeName === wanted.nodeName ? known : at && same(at, wanted) ? at : null;
      if (!found) {
        have.insertBefore(document.importNode(wanted, true), at);
        continue;
      }
      keyed.delete(keyOf(wanted));
      sync(found, wanted);
      at = found.nextSibling;
    }
    while (at) {
      const next = at.nextSibling;
      at.remove();
      at = next;
    }
  };

  const say = text => { if (live.textContent !== text) live.textContent = text; };
  const made = () => document.getElementById("made")?.textContent ?? "";

  const show = text => {
    const page = new DOMParser().parseFromString(text, "text/html");
    if (!page.getElementById("main") || !page.getElementById("head")) throw new Error("no page");
    const focused = document.activeElement;
    document.title = page.title;
    for (const id of ["head", "main"]) sync(document.getElementById(id), page.getElementById(id));
    if (focused && focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
  };

  const refresh = async () => {
    if (busy || paused || document.hidden) return;
    busy = true;
    const begun = performance.now();
    const limit = new AbortController();
    const patience = setTimeout(() => limit.abort(), 20000);
    try {
      const answer = await fetch(location.pathname + location.search,
        { cache: "no-store", credentials: "same-origin", redirect: "error", signal: limit.signal });
      if (answer.status !== 200 && answer.status !== 404) throw new Error(answer.status);
      const text = await answer.text();
      if (!paused) show(text);
      failed = false;
      say("");
    } catch {
      failed = true;
      say("The agent cannot be reached: this is as of " + made() + ".");
    } finally {
      clearTimeout(patience);
      busy = false;
    }
    document.documentElement.classList.toggle("stale", failed);
    plan(Math.min(most, Math.max(least, 20 * (performance.now() - begun))));
  };

  const plan = wait => {
    clearTimeout(timer);
    if (!paused && !document.hidden) timer = setTimeout(refresh, wait);
  };

  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Pause updates";
  button.addEventListener("click", () => {
    paused = !paused;
    button.textContent = paused ? "Resume updates" : "Pause updates";
    say(paused ? "Updates are paused: this is as of " + made() + "." : "");
    if (paused) clearTimeout(timer); else refresh();
  });
  document.querySelector("nav").append(button);

  document.addEventListener("visibilitychange", () => document.hidden ? clearTimeout(timer) : refresh());
  plan(least);
})();
)js";
}

}  // namespace reputed
