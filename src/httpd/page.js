// SPDX-License-Identifier: Apache-2.0
// The status page: asks felt-httpd every other second, and draws what it says. Whatever a peer calls
// itself is only ever text here.
"use strict";

const PERIOD_MS = 2000;
const SLOW_EVERY = 5; // rounds between two looks at what changes rarely
const SAMPLES = 60; // of a sparkline
const DRAWN_MAX = 300; // members in the picture, and rows
const NAMED_MAX = 24; // members in the picture that have their name beside them
const LINED_MAX = 60; // more, and only the ways that are not well are drawn
const EVENTS_MAX = 150;
const CELLS_MAX = 65536; // of the map: more subnets than that share cells
const OWNERS_SHOWN = 12;
const SVG = "http://www.w3.org/2000/svg";

const $ = (id) => document.getElementById(id);
const state = { round: 0, last: 0, session: null, events: [], sent: [], slots: null, good: 0 };

function make(name, attributes, ...children) {
  const svg = ["svg", "circle", "line", "path", "text", "g", "title", "polyline"].includes(name);
  const e = svg ? document.createElementNS(SVG, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) e.setAttribute(key, value);
  e.append(...children.filter((c) => c !== null && c !== undefined));
  return e;
}

function plural(n, word) {
  return `${n.toLocaleString("en")} ${word}${n === 1 ? "" : "s"}`;
}

function time(us) {
  if (us === null || us === undefined) return "–";
  if (us < 1000) return `${us} µs`;
  if (us < 1e6) return `${(us / 1e3).toFixed(us < 1e4 ? 2 : us < 1e5 ? 1 : 0)} ms`;
  if (us < 60e6) return `${(us / 1e6).toFixed(1)} s`;
  if (us < 3600e6) return `${Math.round(us / 60e6)} min`;
  return `${(us / 3600e6).toFixed(1)} h`;
}

async function ask(path) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), 5000);
  try {
    const response = await fetch(path, { signal: stop.signal, cache: "no-store" });
    const value = await response.json();
    if (!response.ok) throw new Error(value.error || `${path}: ${response.status}`);
    return value;
  } finally {
    clearTimeout(timer);
  }
}

// ---- the head and the figures ----

function drawHead(s) {
  const n = s.problems.length;
  document.title = `${n ? "(" + n + ") " : ""}${s.node.name} · felt`;
  $("name").textContent = s.node.name;
  $("where").textContent = [
    s.lease ? [s.lease.subnet, s.lease.subnet6].filter(Boolean).join(" and ") : "no subnet yet",
    s.network && `of ${[s.network.network, s.network.ipv6 && s.network.ipv6.network].filter(Boolean).join(" and ")}`,
    s.network && s.network.backend,
    s.cluster && `era ${s.cluster.era}`,
  ].filter(Boolean).join(" · ");
  const verdict = $("verdict");
  verdict.className = "chip " + (!s.lease || s.kernel.error ? "bad" : n ? "odd" : s.ready ? "well" : "odd");
  verdict.textContent = !s.lease ? "no subnet" : n ? plural(n, "problem") : s.ready ? "all well" : "starting";
  $("version").textContent = `feltd ${s.version} · node ${s.node.id.slice(0, 8)}`;
}

function tile(value, unit, words, spark) {
  const b = make("b", null, value, unit ? make("span", null, " " + unit) : null);
  return make("div", { class: "tile" }, b, make("i", { title: words }, words), spark || null);
}

function sparkline(values) {
  if (values.length < 3) return null;
  const top = Math.max(...values, 1);
  const points = values.map((v, i) => `${((SAMPLES - values.length + i) / (SAMPLES - 1)) * 100},${29 - (v / top) * 24}`);
  return make("svg", { viewBox: "0 0 100 30", preserveAspectRatio: "none", "aria-hidden": "true" },
    make("polyline", { points: points.join(" "), "vector-effect": "non-scaling-stroke" }));
}

function rate(s) {
  const all = Object.values(s.counters.datagrams).reduce((a, b) => a + b, 0) + s.counters.datagrams_sent;
  const now = performance.now();
  const before = state.counted;
  state.counted = { all, now };
  if (before && all >= before.all) {
    state.sent.push((all - before.all) / ((now - before.now) / 1000));
    state.sent = state.sent.slice(-SAMPLES);
  }
  return state.sent.at(-1);
}

function drawTiles(s, members) {
  const m = s.members;
  const others = [m.suspect && `${m.suspect} not answering`, m.dead && `${m.dead} dead`, m.left && `${m.left} left`].filter(Boolean);
  const trips = members.filter((x) => !x.self && x.state === "alive" && x.rtt_us !== null).map((x) => x.rtt_us).sort((a, b) => a - b);
  const odd = members.filter((x) => x.path && x.path.state !== "passes").length;
  const tried = members.filter((x) => x.path).length;
  const r = rate(s);
  const w = s.kernel.work;
  $("tiles").replaceChildren(
    tile(m.alive, `of ${m.total}`, others.join(", ") || "all members alive"),
    tile(...(trips.length ? time(trips[(trips.length - 1) >> 1]).split(" ") : ["–", ""]),
      trips.length ? `median round trip, up to ${time(trips.at(-1))}` : "no round trip measured yet"),
    tile(tried ? tried - odd : "–", tried ? `of ${tried}` : "", tried ? "ways through the overlay pass" : "no way tried yet"),
    tile(s.slots.own.toLocaleString("en"), `of ${s.slots.total.toLocaleString("en")}`, "subnets owned here"),
    tile(s.kernel.peers, s.kernel.peers === 1 ? "peer" : "peers", `in the kernel${w ? `; ${plural(w.repairs, "repair")}` : ""}${w && w.refused ? `, ${w.refused} refused` : ""}`),
    tile(r === undefined ? "–" : r < 10 ? r.toFixed(1) : Math.round(r), "/s", "gossip datagrams", sparkline(state.sent)));
}

function drawProblems(s) {
  $("trouble").hidden = s.problems.length === 0;
  $("problems").replaceChildren(...s.problems.map((p) => make("li", null, p)));
}

// ---- the cluster ----

// Living ones by their round trip between two rings, all others on the outer one.
function scaleOf(trips) {
  const low = Math.min(...trips, 1e9), high = Math.max(...trips, 1);
  const from = Math.log10(Math.max(low / 1.5, 10)), to = Math.log10(Math.max(high * 1.2, low * 2.2, 40));
  return { from, to, radius: (us) => 78 + 102 * Math.min(1, Math.max(0, (Math.log10(us) - from) / (to - from))) };
}

function drawRings(scale) {
  const rings = [];
  const steps = scale.to - scale.from > 1.5 ? [1] : [1, 3];
  for (let e = 1; e <= 7; e++) {
    for (const us of steps.map((n) => n * 10 ** e)) {
      const at = Math.log10(us);
      if (at < scale.from || at > scale.to) continue;
      const r = scale.radius(us);
      rings.push(make("circle", { class: "ring", r }), make("text", { class: "scale", y: (-r + 3).toFixed(1) }, time(us).replace(/\.0+ /, " ")));
    }
  }
  return rings;
}

function picked(members) {
  const weight = { suspect: 0, dead: 1, alive: 2, left: 3 };
  if (members.length <= DRAWN_MAX) return members;
  return [...members].sort((a, b) => b.self - a.self || weight[a.state] - weight[b.state]).slice(0, DRAWN_MAX)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function drawMember(m, at, size, named) {
  const g = make("g", { class: `member ${m.state}${m.self ? " self" : ""}`, "data-name": m.name });
  const r = m.self ? 15 : size;
  g.style.transform = `translate(${at.x.toFixed(1)}px, ${at.y.toFixed(1)}px)`;
  g.append(make("circle", { r }));
  if (m.state === "dead") g.append(make("path", { d: `M${-r / 2.6} ${-r / 2.6}L${r / 2.6} ${r / 2.6}M${r / 2.6} ${-r / 2.6}L${-r / 2.6} ${r / 2.6}` }));
  if (named) {
    const below = m.self || at.y >= 0;
    const y = below ? r + (m.self ? 22 : 14) : -r - 18;
    g.append(make("text", { y }, m.name.length > 22 ? m.name.slice(0, 21) + "…" : m.name));
    g.append(make("text", { y: y + 13, class: "sub" }, m.self ? m.lease || "" : m.state === "alive" ? time(m.rtt_us) : m.state === "dead" ? `silent ${time(m.silent_us)}` : m.state));
  }
  g.append(make("title", null, `${m.name}: ${m.state}${m.lease ? ", " + m.lease : ""}${m.rtt_us !== null ? ", " + time(m.rtt_us) : ""}`));
  return g;
}

function drawCluster(all) {
  const shown = picked(all);
  const others = shown.filter((m) => !m.self);
  const scale = scaleOf(others.filter((m) => m.state === "alive" && m.rtt_us !== null).map((m) => m.rtt_us));
  const size = Math.max(3.5, Math.min(10, 240 / Math.max(others.length, 1)));
  const lines = [], dots = [];
  let named = 0;
  others.forEach((m, i) => {
    const angle = (i / others.length) * 2 * Math.PI - Math.PI / 2 + Math.PI / Math.max(others.length, 3);
    const r = m.state === "alive" && m.rtt_us !== null ? scale.radius(m.rtt_us) : 190;
    const at = { x: Math.cos(angle) * r * 1.28, y: Math.sin(angle) * r * 0.98 };
    const way = m.state !== "alive" ? m.state : m.path && m.path.state !== "passes" ? m.path.state : "";
    if (way || others.length <= LINED_MAX)
      lines.push(make("line", { class: `way ${way}`, x1: 0, y1: 0, x2: at.x.toFixed(1), y2: at.y.toFixed(1) }));
    const wants = others.length <= NAMED_MAX || (!["", "left"].includes(way) && named < NAMED_MAX / 2);
    named += Number(wants);
    dots.push(drawMember(m, at, size, wants));
  });
  const self = shown.find((m) => m.self);
  if (self) dots.push(drawMember(self, { x: 0, y: 0 }, 15, true));
  const rings = make("g", { transform: "scale(1.28 0.98)" });
  const labels = make("g", null);
  for (const e of others.length ? drawRings(scale) : []) {
    if (e.tagName === "text") {
      e.setAttribute("y", (parseFloat(e.getAttribute("y")) * 0.98).toFixed(1));
      labels.append(e);
    } else {
      e.setAttribute("vector-effect", "non-scaling-stroke");
      rings.append(e);
    }
  }
  $("cluster").replaceChildren(rings, ...lines, labels, ...dots);
  $("picture-note").textContent = shown.length < all.length ? `${shown.length} of ${all.length} members` :
    others.length ? "the nearer, the shorter the round trip" : "nobody else yet";
}

function drawRoll(all) {
  const rows = picked(all).map((m) => {
    const path = m.path ? { passes: time(m.path.rtt_us), large_fails: "large packets fail", fails: "fails" }[m.path.state] : "–";
    return make("tr", { class: `${m.state}${m.self ? " self" : ""}` },
      make("td", null, m.name), make("td", null, make("span", { class: "dot" }), m.state === "suspect" ? "not answering" : m.state),
      make("td", null, [m.lease, m.lease6].filter(Boolean).join(" ") || "–"), make("td", null, m.public_ip || m.advertise),
      make("td", { class: "n" }, m.self ? "–" : time(m.rtt_us)),
      make("td", { class: m.path && m.path.state !== "passes" ? "bad" : "" }, m.self ? "this node" : path), make("td", { class: "n" }, m.slots));
  });
  $("members").replaceChildren(...rows);
  $("roll-note").textContent = rows.length < all.length ? `${rows.length} of ${all.length}` : String(all.length);
}

// ---- the map ----

function subnetOf(slot, network) {
  if (!network || network.subnet_min.includes(":")) return `subnet ${slot}`;
  const size = 2 ** (32 - network.subnet_len);
  const at = network.subnet_min.split(".").reduce((n, b) => n * 256 + Number(b), 0) + slot * size;
  return `${[24, 16, 8, 0].map((b) => Math.floor(at / 2 ** b) % 256).join(".")}/${network.subnet_len}`;
}

function tint(i, owner) {
  const css = getComputedStyle(document.documentElement);
  if (owner.self) return css.getPropertyValue("--own").trim();
  if (owner.state === "left" || owner.state === null) return css.getPropertyValue("--faint").trim();
  // Far from each other, and from our own.
  const hue = (215 + i * 137.5) % 360;
  return `hsl(${hue > 148 && hue < 200 ? hue + 62 : hue} ${css.getPropertyValue("--tint-s")} ${css.getPropertyValue("--tint-l")})`;
}

// One owner index for each cell; -1: not known.
function cellsOf(slots, share) {
  const cells = new Int32Array(Math.ceil(slots.total / share)).fill(-1);
  for (const run of slots.runs) {
    if (run.owner === null) continue;
    cells.fill(run.owner, Math.ceil(run.first / share), Math.ceil((run.first + run.count) / share));
  }
  return cells;
}

function drawSlots() {
  const { slots, network } = state;
  const canvas = $("slots");
  if (!slots || !slots.total) return;
  const share = Math.ceil(slots.total / CELLS_MAX);
  const cells = cellsOf(slots, share);
  const side = Math.max(120, Math.min($("map-frame").clientWidth, 400));
  const columns = cells.length <= 16 ? cells.length : 2 ** Math.ceil(Math.log2(Math.sqrt(cells.length)));
  const size = Math.max(1, Math.min(40, Math.floor((side / columns) * 4) / 4));
  const gap = size >= 6 ? 1.5 : 0;
  const ratio = window.devicePixelRatio || 1;
  const rows = Math.ceil(cells.length / columns);
  canvas.width = Math.ceil(columns * size * ratio);
  canvas.height = Math.ceil(rows * size * ratio);
  canvas.style.width = `${columns * size}px`;
  canvas.style.height = `${rows * size}px`;
  const c = canvas.getContext("2d");
  c.scale(ratio, ratio);
  const tints = slots.owners.map((o, i) => tint(i, o));
  const css = getComputedStyle(document.documentElement);
  const cut = (i) => {
    c.beginPath();
    c.roundRect((i % columns) * size + gap / 2, Math.floor(i / columns) * size + gap / 2, size - gap, size - gap, gap ? Math.min(3, size / 4) : 0);
  };
  cells.forEach((owner, i) => {
    const o = slots.owners[owner];
    c.globalAlpha = owner < 0 ? 0.35 : o.state === "dead" ? 0.35 : o.self ? 0.55 : 0.5;
    c.fillStyle = owner < 0 ? css.getPropertyValue("--edge") : tints[owner];
    cut(i);
    c.fill();
  });
  // The subnets in use stand out.
  slots.owners.forEach((o, i) => {
    if (o.lease === null) return;
    c.globalAlpha = 1;
    c.fillStyle = o.state === "dead" ? css.getPropertyValue("--dead") : tints[i];
    cut(Math.floor(o.lease / share));
    c.fill();
    if (size >= 10) {
      c.fillStyle = css.getPropertyValue("--card");
      c.beginPath();
      c.arc((Math.floor(o.lease / share) % columns) * size + size / 2, Math.floor(o.lease / share / columns) * size + size / 2, size / 7, 0, 7);
      c.fill();
    }
  });
  Object.assign(state, { cells, columns, size, share });
  $("map-note").textContent = `${plural(slots.total, "subnet")}, ${plural(slots.owners.length, "owner")}; bright: in use`;
  drawOwners(slots, tints, network);
}

function drawOwners(slots, tints) {
  const order = slots.owners.map((o, i) => ({ o, i })).sort((a, b) => b.o.self - a.o.self || b.o.slots - a.o.slots);
  const items = order.slice(0, OWNERS_SHOWN).map(({ o, i }) => {
    const li = make("li", { class: `${o.self ? "self" : ""} ${o.state === "dead" ? "dead" : ""}` }, `${o.name || o.node.slice(0, 8)} ${o.slots.toLocaleString("en")}`);
    li.style.setProperty("--swatch", tints[i]);
    return li;
  });
  if (order.length > items.length) items.push(make("li", { class: "more" }, `and ${order.length - items.length} more`));
  $("owners").replaceChildren(...items);
}

function tell(event) {
  const { cells, columns, size, share, slots, network } = state;
  if (!cells) return;
  const i = Math.floor(event.offsetY / size) * columns + Math.min(columns - 1, Math.floor(event.offsetX / size));
  if (i < 0 || i >= cells.length) return;
  const o = slots.owners[cells[i]];
  const used = slots.owners.find((x) => x.lease !== null && Math.floor(x.lease / share) === i);
  const until = share > 1 ? ` and ${share - 1} more` : "";
  $("map-tip").textContent = `${subnetOf(i * share, network)}${until}: ` +
    (o ? `${o.name || o.node.slice(0, 8)}${o.state && o.state !== "alive" ? ", " + o.state : ""}` : "nobody that is known") +
    (used ? `; in use by ${used.name || "it"}` : "");
}

// ---- events ----

function drawEvents(more) {
  if (!more.length && state.drawn) return;
  state.drawn = true;
  state.events.push(...more);
  state.events = state.events.slice(-EVENTS_MAX);
  $("events").replaceChildren(...state.events.map((e) => {
    const when = new Date(e.time_us / 1000);
    return make("li", { class: e.level, "data-kind": e.kind },
      make("time", { datetime: when.toISOString(), title: when.toLocaleString() }, when.toTimeString().slice(0, 8)),
      make("i", { title: e.level }), make("span", null, e.text));
  }).reverse());
  $("story-note").textContent = state.events.length ? `the last ${state.events.length}` : "none yet";
}

async function lookAtEvents(session) {
  if (state.session !== session) {
    // feltd has started again, and counts from 1.
    Object.assign(state, { session, last: 0, events: [], drawn: false });
  }
  const { events } = await ask(`/v1/events?after=${state.last}`).catch(() => ({ events: [] }));
  if (events.length) state.last = events.at(-1).number;
  drawEvents(events);
}

// ---- live ----

async function look() {
  const [status, { members }] = await Promise.all([ask("/v1/status"), ask("/v1/members")]);
  drawHead(status);
  drawTiles(status, members);
  drawProblems(status);
  drawCluster(members);
  drawRoll(members);
  state.network = status.network;
  await lookAtEvents(status.node.session);
  const shape = members.map((m) => m.state + m.slots).join();
  if (state.round++ % SLOW_EVERY === 0 || shape !== state.shape) {
    state.slots = await ask("/v1/slots").catch(() => null);
    state.shape = shape;
    drawSlots();
  }
}

function tellAge() {
  const s = Math.round((performance.now() - state.good) / 1000);
  $("age").textContent = !state.good ? "" : s < 4 ? "live" : `as of ${s} s ago`;
}

async function live() {
  if (!document.hidden) {
    try {
      await look();
      state.good = performance.now();
      $("banner").hidden = true;
      document.body.dataset.state = "live";
    } catch (e) {
      $("banner").hidden = false;
      $("banner").textContent = e instanceof TypeError || e.name === "AbortError" ? "felt-httpd does not answer; trying on" : `${e.message}; trying on`;
      document.body.dataset.state = "stale";
    }
    tellAge();
  }
  setTimeout(live, PERIOD_MS);
}

$("slots").addEventListener("mousemove", tell);
$("slots").addEventListener("mouseleave", () => { $("map-tip").textContent = "\u00a0"; });
window.addEventListener("resize", drawSlots);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawSlots);
live();
