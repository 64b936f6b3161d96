// SPDX-License-Identifier: MIT
// Keeps a page as it is now: the stream tells what changed, the page fetches that anew and puts it in its place. Nothing moves
// under a pointer or a focus: then a line offers it. Without this script the page is as it was when it was loaded.
"use strict";
(() => {
  const main = document.getElementById("main");
  const status = document.getElementById("live");
  const ROWS_AFTER = 150, PAGE_AFTER = 300, TAIL_AFTER = 150, MOST_ROWS = 32, MOST_LINES = 500, MOST_NEWER = 200, COUNTS_EVERY = 15000;
  let stream = null, place = "", later = 0, hiddenSince = 0, behind = false;
  let caughtUp = false; // with what changed between the making of the page and the beginning of the stream
  let fetching = 0, heard = false, wholeAt = performance.now(); // how long the last answer took; when the whole page was fetched last
  const changed = new Set();
  const follow = () => document.getElementById("follow");
  const follows = () => follow()?.getAttribute("aria-pressed") === "true";

  // -- what was said when --------------------------------------------------------------------------------------------

  function rough(seconds) {
    if (seconds < 60) return `${Math.max(0, Math.floor(seconds))} s`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
    return seconds < 172800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86400)} days`;
  }

  function tick() {
    for (const time of document.querySelectorAll("time[data-ago]")) {
      const past = (Date.now() - Date.parse(time.dateTime)) / 1000;
      time.textContent = past < -60 ? `in ${rough(-past)}` : past < 1 ? "just now" : `${rough(past)} ago`;
    }
  }
  setInterval(tick, 10000);

  // -- putting in place ----------------------------------------------------------------------------------------------

  const rows = () => [...document.querySelectorAll("tr[data-task]")];
  const key = (row) => `${row.dataset.task}\n${"trouble" in row.dataset}`;

  async function fetched(path) {
    const begun = performance.now();
    try {
      const answer = await fetch(path, { headers: { Accept: "text/html" } });
      if (answer.status === 401) location.reload();
      return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
    } catch {
      return null; // central is away; the stream comes again with it
    } finally {
      fetching = performance.now() - begun;
    }
  }

  async function replaceRows(names, isAsked) {
    const by = new URLSearchParams(location.search).get("by") || "host";
    for (let first = 0; first < names.length; first += MOST_ROWS) {
      const asked = names.slice(first, first + MOST_ROWS).map((name) => ["t", name]);
      const found = await fetched(`/rows?${new URLSearchParams([["by", by], ...asked])}`);
      const fresh = new Map([...(found?.querySelectorAll("tr[data-task]") ?? [])].map((row) => [key(row), row]));
      for (const row of rows()) {
        const next = fresh.get(key(row));
        if (!next || next.outerHTML === row.outerHTML) continue;
        const focused = row === document.activeElement, copy = document.importNode(next, true), height = row.offsetHeight;
        copy.classList.add("changed");
        row.replaceWith(copy);
        // One that is taller would move all below it: it waits until it is asked for.
        if (copy.offsetHeight !== height && !isAsked && isBusy()) copy.replaceWith(row);
        else if (focused) copy.focus();
      }
    }
    tick();
  }

  const isBusy = () => main.matches(":hover") || (main.contains(document.activeElement) && document.activeElement !== main);

  async function addNewer() {
    const said = document.getElementById("said"), first = said?.querySelector("tr[data-id]");
    if (!first) return replacePage();
    const found = await fetched(`${main.dataset.newer}&than=${first.dataset.id}`);
    const fresh = [...(found?.querySelectorAll("#said tr[data-id]") ?? [])].filter((row) => !said.querySelector(`[data-id="${row.dataset.id}"]`));
    for (const row of fresh) row.classList.add("changed");
    const lines = fresh.map((row) => document.importNode(row, true));
    if (fresh.length < MOST_NEWER) said.prepend(...lines);
    else said.replaceChildren(...lines); // there may be more between
    for (const row of [...said.children].slice(MOST_LINES)) row.remove();
    offer();
  }

  async function replacePage() {
    behind = false;
    wholeAt = performance.now();
    const found = await fetched(location.href);
    const fresh = found?.getElementById("main");
    if (!fresh) return;
    document.title = found.title;
    // What the pointer rests on stays under it, whatever comes above.
    const held = [...main.querySelectorAll(":hover")].pop(), top = held?.getBoundingClientRect().top;
    await htmx.swap({ text: fresh.innerHTML, target: main, swap: "innerMorph", sourceElement: main });
    if (held?.isConnected) scrollBy(0, held.getBoundingClientRect().top - top);
    if (!fresh.dataset.stream) stream.close(); // a run that has ended says nothing more
    document.dispatchEvent(new Event("hume:fresh"));
    offer();
  }

  function offer() {
    status.replaceChildren();
    if (behind) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "plain";
      button.textContent = "changed, show";
      button.addEventListener("click", replacePage);
      status.append(button);
    } else {
      status.textContent = stream?.readyState === EventSource.OPEN ? "live" : "not live";
    }
  }

  // A trouble is taken where it stands; without this script its form leads to the task.
  document.addEventListener("submit", async (event) => {
    const form = event.target, task = form.closest("tr[data-task]")?.dataset.task;
    if (!task || !form.matches("form.take")) return;
    event.preventDefault();
    const sent = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" }).catch(() => null);
    if (!sent || sent.status >= 400) return form.submit(); // whatever is wrong, its page says so
    replaceRows([task], true);
  });

  // -- what the stream tells -----------------------------------------------------------------------------------------

  function settle() {
    if (main.dataset.live === "page") return replacePage();
    if (main.dataset.live === "tail") {
      if (!follows() && isBusy()) { behind = true; return offer(); }
      return performance.now() - wholeAt > COUNTS_EVERY && !isBusy() ? replacePage() : addNewer();
    }
    const names = new Set(changed);
    changed.clear();
    if (!isBusy()) return replacePage();
    // Counts and order change with every state; they wait until nobody points at them, and only the lines follow.
    behind = true;
    offer();
    return replaceRows(rows().map((row) => row.dataset.task).filter((name, at, all) => names.has(name) && all.indexOf(name) === at));
  }

  // What a line tells, but for how long ago it was.
  const told = (where) => [...where.querySelectorAll("tr[data-task]")].map((row) => [".state", ".what", ".why"].map((part) => row.querySelector(part)?.textContent).concat(row.dataset.task, row.querySelector(".when time")?.dateTime).join("\n")).join("\n\n");

  // The stream tells what comes after it began; what came since the page was made, nobody tells: so it is looked for once.
  async function catchUp() {
    if (main.dataset.live === "page") return replacePage();
    const tail = main.dataset.live === "tail", first = document.querySelector("#said tr[data-id]");
    const found = await fetched(tail && first ? `${main.dataset.newer}&than=${first.dataset.id}` : location.href);
    const fresh = tail ? found?.querySelector("#said tr[data-id]") : found && told(found) !== told(main);
    if (!fresh) return;
    if (tail) return settle();
    for (const row of found.querySelectorAll("tr[data-task]")) changed.add(row.dataset.task);
    return settle();
  }

  // A busy installation says something all the time: nobody asks more than a quarter of the time.
  function soon(after) {
    if (later) {
      heard = true;
      return;
    }
    later = setTimeout(async () => {
      heard = false;
      await settle();
      later = 0;
      if (heard) soon(after);
    }, Math.max(after, 3 * fetching));
  }

  function hear(message) {
    place = message.lastEventId || place;
    const told = JSON.parse(message.data);
    if (main.dataset.live === "rows" && told.host !== undefined) changed.add(`${told.host}\t${told.task}`);
    soon({ page: PAGE_AFTER, tail: TAIL_AFTER, rows: ROWS_AFTER }[main.dataset.live]);
  }

  function listen() {
    const path = new URL(main.dataset.stream, location.href);
    if (place) path.searchParams.set("after", place);
    stream = new EventSource(path);
    for (const what of ["task", "run", "event", "note"]) stream.addEventListener(what, hear);
    stream.addEventListener("ready", (message) => {
      place = message.lastEventId || place;
      offer();
      if (!caughtUp) catchUp();
      caughtUp = true;
    });
    stream.addEventListener("resync", () => { soon(PAGE_AFTER); });
    stream.addEventListener("error", offer);
  }

  if (!main?.dataset.stream || !window.EventSource || !window.htmx) return;
  if (follow()) {
    follow().hidden = false;
    follow().addEventListener("click", (event) => {
      event.target.setAttribute("aria-pressed", String(!follows()));
      if (follows()) addNewer();
    });
  }
  listen();
  addEventListener("pagehide", () => stream.close());
  addEventListener("pageshow", (event) => { if (event.persisted) { listen(); replacePage(); } });
  // A tab that nobody looks at holds no connection.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      hiddenSince = setTimeout(() => { stream.close(); hiddenSince = 0; }, 60000);
    } else if (hiddenSince) {
      clearTimeout(hiddenSince);
    } else {
      listen();
      replacePage();
    }
  });
})();
