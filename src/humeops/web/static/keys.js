// SPDX-License-Identifier: MIT
// Keys: / search, j k lines, Enter opens, g then a letter goes to a page, ? says so.
"use strict";
(() => {
  const places = { n: "/", h: "/hosts", e: "/events", d: "/data", w: "/watches", s: "/scripts", a: "/alerts" };
  let going = false;

  const lines = () => [...document.querySelectorAll("main tr[tabindex]")];

  function move(step) {
    const all = lines();
    if (!all.length) return;
    const at = all.indexOf(document.activeElement);
    const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step))];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (going && places[event.key]) {
      location.assign(places[event.key]);
    } else if (event.key === "/") {
      event.preventDefault();
      document.getElementById("q")?.select();
    } else if (event.key === "j" || event.key === "k") {
      move(event.key === "j" ? 1 : -1);
    } else if (event.key === "Enter" && event.target.matches("tr")) {
      event.target.querySelector("a[href]")?.click();
    } else if (event.key === "?") {
      document.getElementById("help")?.showModal();
    }
    going = event.key === "g";
  });

  const shown = document.getElementById("keys");
  if (shown) {
    shown.hidden = false;
    shown.addEventListener("click", () => document.getElementById("help").showModal());
  }
})();
