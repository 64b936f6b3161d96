// SPDX-License-Identifier: MIT
// Charts from the numbers in data-chart, drawn with uPlot in the colours of the style sheet; a click on a run opens it.
"use strict";
(() => {
  if (!window.uPlot) return;
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  function amount(value, unit) {
    if (value == null) return "";
    if (unit === "bytes") {
      for (const [word, size] of [["TB", 1e12], ["GB", 1e9], ["MB", 1e6], ["kB", 1e3]]) {
        if (Math.abs(value) >= size) return `${+(value / size).toFixed(1)} ${word}`;
      }
      return `${+value.toFixed(1)} bytes`;
    }
    if (unit === "s") {
      const two = (large, small, unit, rest) => `${Math.floor(value / large)} ${unit}${Math.floor((value % large) / small) ? ` ${Math.floor((value % large) / small)} ${rest}` : ""}`;
      if (value >= 3600) return two(3600, 60, "h", "min");
      if (value >= 60) return two(60, 1, "min", "s");
      return value >= 1 ? `${+value.toFixed(1)} s` : `${+(value * 1000).toFixed(1)} ms`;
    }
    return `${value.toLocaleString("en", { maximumFractionDigits: 3 })} ${unit}`.trim();
  }

  function dots(drawn) {
    return (chart) => {
      const { ctx } = chart;
      drawn.x.forEach((x, i) => {
        const state = drawn.states ? drawn.states[i] : "ok";
        ctx.fillStyle = colour(state === "warning" ? "bar-warning" : state) || colour("ok");
        ctx.beginPath();
        ctx.arc(chart.valToPos(x, "x", true), chart.valToPos(drawn.y[i], "y", true), 3.5 * devicePixelRatio, 0, 7);
        ctx.fill();
      });
    };
  }

  function usual(drawn) {
    return (chart) => {
      if (drawn.usual == null) return;
      const { ctx, bbox } = chart;
      const [low, high] = drawn.range.map((value) => chart.valToPos(value, "y", true));
      ctx.fillStyle = colour("faint");
      ctx.fillRect(bbox.left, high, bbox.width, Math.max(1, low - high));
      ctx.fillStyle = colour("grey");
      ctx.fillRect(bbox.left, chart.valToPos(drawn.usual, "y", true), bbox.width, 1);
    };
  }

  const drawnAs = new WeakMap();
  const TIMES = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800];

  function draw(box) {
    drawnAs.set(box, box.dataset.chart);
    const drawn = JSON.parse(box.dataset.chart);
    const axis = { stroke: colour("grey"), grid: { stroke: colour("faint"), width: 1 }, ticks: { show: false }, font: "11px system-ui" };
    const small = box.classList.contains("small");
    box.textContent = "";
    const chart = new uPlot({
      width: Math.max(120, box.clientWidth - (small ? 20 : 36)), height: small ? 110 : 200, legend: { show: false },
      cursor: { drag: { x: false, y: false }, points: { show: false } }, padding: [8, 18, 0, 0],
      scales: { y: { range: (_, low, high) => [Math.min(0, low), (high || 1) * 1.08] } },
      axes: [{ ...axis, size: (_, labels) => labels?.some((label) => label.includes("\n")) ? 40 : 24, space: small ? 90 : 70, values: moments }, { ...axis, size: 74, ...(drawn.unit === "s" ? { incrs: TIMES } : {}), values: (_, all) => all.map((value) => amount(value, drawn.unit)), space: small ? 24 : 36 }],
      series: [{}, { stroke: colour("bar-ok"), width: 1.5, points: { show: false } }],
      hooks: { drawAxes: [usual(drawn)], draw: [dots(drawn)], setCursor: [(at) => {
        const i = at.cursor.idx;
        box.title = i == null ? "" : `${new Date(drawn.x[i] * 1000).toLocaleString()}: ${amount(drawn.y[i], drawn.unit)}${drawn.states ? `, ${drawn.states[i]}` : ""}`;
      }] },
    }, [drawn.x, drawn.y], box);
    if (drawn.runs) {
      chart.over.style.cursor = "pointer";
      chart.over.addEventListener("click", () => chart.cursor.idx != null && drawn.runs[chart.cursor.idx] && location.assign(`/run/${drawn.runs[chart.cursor.idx]}`));
    }
    return chart;
  }

  function moments(_, all) {
    const two = (number) => String(number).padStart(2, "0");
    const long = all.length > 1 && all[1] - all[0] >= 86400;
    let day = "";
    return all.map((at) => {
      const then = new Date(at * 1000), date = `${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())}`;
      const time = `${two(then.getHours())}:${two(then.getMinutes())}${all.length > 1 && all[1] - all[0] < 60 ? `:${two(then.getSeconds())}` : ""}`;
      const text = long ? date.slice(5) : day === date ? time : `${time}\n${date}`;
      day = date;
      return text;
    });
  }

  const all = () => document.querySelectorAll("[data-chart]").forEach(draw);
  all();
  document.addEventListener("hume:fresh", () => {
    document.querySelectorAll("[data-chart]").forEach((box) => drawnAs.get(box) === box.dataset.chart || draw(box));
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", all);
  let later;
  addEventListener("resize", () => { clearTimeout(later); later = setTimeout(all, 150); });
})();
