"use strict";

(() => {
  const { element, numbers, clock, bytes, duration } = Panels;
  const token = new URLSearchParams(location.search).get("token") ?? "";
  const byId = (id) => document.getElementById(id);
  const views = new Map();
  let run;
  let dashboard;
  let timer;
  let shown = 0;
  let latestEventTime = null;
  let phase = "";
  let statuses;

  /** Calls the run. Throws an Error with the sentence that it gives as the reason. */
  async function call(name, parameters = {}, body = undefined, method = "GET") {
    const query = new URLSearchParams({ ...parameters, token });
    let response;
    try {
      response = await fetch(`api/${name}?${query}`, { method, body: body && JSON.stringify(body) });
    } catch {
      throw new Error("The run does not answer. It may have ended.");
    }
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error);
    return answer;
  }

  const problems = new Map();

  /** Shows what went wrong somewhere, until the same place is right again. */
  function complain(place, error) {
    if (error) problems.set(place, error.message);
    else problems.delete(place);
    setText(byId("problem"), [...new Set(problems.values())].join(" "));
    byId("problem").hidden = problems.size === 0;
  }

  // Status

  const sum = (counts) => Object.values(counts).reduce((total, count) => total + count, 0);
  const count = (number) => (number === null ? "–" : numbers.format(number));
  const tiles = [
    ["Clicks/s", (s) => numbers.format(Math.round(s.perSecond)), (s) => `${numbers.format(s.sent)} sent`],
    ["Event time", (s) => (s.eventTime === null ? "–" : clock.format(new Date(s.eventTime))),
      (s) => (s.lagMillis === null ? "not known" : `${duration(s.lagMillis)} behind`)],
    ["Open sessions", (s) => count(s.openSessions), (s) => (s.openSessions === null ? "not known" : "not counted yet")],
    ["Active users", (s) => count(s.activeUsers),
      (s) => (s.activeUsers !== null ? (run?.compared ? "last 30 s" : "latest count") : liveIsOn() ? "not yet" : "needs live")],
    ["Sessions", (s) => numbers.format(s.sessions), () => "closed"],
    ["Checkouts", (s) => numbers.format(s.checkouts),
      (s) => (s.sessions === 0 ? "" : `${numbers.format(100 * s.checkouts / s.sessions)} %`)],
    ["Dead letters", (s) => numbers.format(sum(s.deadLetters)),
      (s) => Object.entries(s.deadLetters).map(([reason, count]) => `${reason} ${numbers.format(count)}`).join(", ") || "none"],
    ["Pending docs", (s) => count(s.pendingDocuments),
      (s) => (s.pendingDocuments === null ? "not known" : s.oldestPendingMillis < 3000 ? "up to date" : `for ${duration(s.oldestPendingMillis)}`)],
    ["Restarts", (s) => numbers.format(s.restarts), (s) => s.phase],
  ].map(([name, value, note]) => {
    const tile = { value, note, number: element("span"), small: element("small") };
    byId("strip").append(element("div", { className: name === "Dead letters" ? "wide" : "" }, element("dt", { textContent: name }), element("dd", {}, tile.number, tile.small)));
    return tile;
  });

  function liveIsOn() {
    return run?.dashboards.some((each) => each.id === "clickstream-live-counts" && each.written);
  }

  function setText(node, text) {
    if (node.textContent !== text) node.textContent = text;
  }

  function showStatus(status) {
    latestEventTime = status.eventTime;
    phase = status.phase;
    for (const { value, note, number, small } of tiles) {
      setText(number, value(status));
      setText(small, note(status));
      small.title = note(status);
    }
    const { windows, difference, end, account } = status.verdict;
    const state = end ?? (difference ? "different" : windows > 0 ? "equal" : "waiting");
    const compared = `${windows} ${windows === 1 ? "window" : "windows"} compared`;
    const verdict = byId("verdict");
    verdict.dataset.state = state;
    verdict.dataset.end = end ?? "";
    setText(verdict, account ?? (end ? `Finished: ${end}` : difference ? `Different: ${difference}`
      : windows > 0 ? `${compared}, all equal` : run?.compared ? "The first window is not over yet" : "Running"));
    showObstacles(status.obstacles);
    showEvents(status.events);
    if (isOver()) closeShop();
  }

  function isOver() {
    return ["closing", "finished"].includes(phase);
  }

  function listen() {
    // A browser has six connections to a server, for all tabs together. A tab that nobody sees needs none.
    addEventListener("visibilitychange", () => document.hidden ? statuses?.close() : openStatuses());
    if (!document.hidden) openStatuses();
  }

  function openStatuses() {
    statuses?.close();
    const source = new EventSource(`api/status?${new URLSearchParams({ token })}`);
    statuses = source;
    source.onmessage = (event) => {
      complain("status");
      showStatus(JSON.parse(event.data));
    };
    source.onerror = () => complain("status", new Error("The run does not answer. It may have ended."));
  }

  // Dashboards

  function showTabs() {
    const tabs = run.dashboards.map((each) => {
      const tab = element("button", { type: "button", textContent: shortTitle(each), className: each.written ? "" : "unwritten" });
      tab.id = `tab-${each.id}`;
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", "panels");
      tab.dataset.id = each.id;
      tab.title = each.description;
      tab.addEventListener("click", () => choose(each.id));
      return tab;
    });
    byId("tabs").replaceChildren(...tabs);
    byId("tabs").addEventListener("keydown", (event) => {
      const last = run.dashboards.length - 1;
      const index = run.dashboards.findIndex(({ id }) => id === dashboard.id);
      const chosen = {
        ArrowRight: index === last ? 0 : index + 1, ArrowLeft: index === 0 ? last : index - 1, Home: 0, End: last,
      }[event.key];
      if (chosen === undefined) return;
      event.preventDefault();
      const next = run.dashboards[chosen];
      choose(next.id);
      byId("tabs").querySelector(`[data-id="${next.id}"]`).focus();
    });
    const wanted = decodeURIComponent(location.hash.slice(1));
    choose((run.dashboards.find(({ id }) => id === wanted) ?? run.dashboards.find(({ written }) => written) ?? run.dashboards[0]).id);
  }

  function shortTitle({ title }) {
    const text = title.replace(/^Clickstream: /, "");
    return text[0].toUpperCase() + text.slice(1);
  }

  function choose(id) {
    dashboard = run.dashboards.find((each) => each.id === id);
    history.replaceState(null, "", `#${id}`);
    for (const tab of byId("tabs").children) {
      const isChosen = tab.dataset.id === id;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
    }
    byId("panels").setAttribute("aria-labelledby", `tab-${id}`);
    byId("about").textContent = dashboard.description;
    views.forEach(Panels.clear);
    views.clear();
    byId("panels").replaceChildren();
    refresh();
  }

  /** Asks again now, and then as often as the user wants. */
  async function refresh() {
    clearTimeout(timer);
    const id = dashboard.id;
    const request = ++shown;
    try {
      const answer = await call("dashboard", { id, range: byId("range").value });
      // A later choice may have been answered first.
      if (request === shown) {
        draw(answer);
        complain("dashboard");
      }
    } catch (error) {
      if (request === shown) complain("dashboard", error);
    }
    if (request !== shown) return;
    const millis = Number(byId("refresh").value);
    if (millis > 0) timer = setTimeout(refresh, millis);
  }

  function draw(answer) {
    for (const panel of answer.panels) {
      if (!views.has(panel.id)) {
        views.set(panel.id, Panels.create(panel));
        byId("panels").append(views.get(panel.id).box);
      }
      Panels.update(views.get(panel.id), panel, answer);
    }
    const host = byId("panels");
    host.dataset.dashboard = answer.id;
    host.dataset.from = answer.from;
    host.dataset.to = answer.to;
    host.dataset.drawn = String(Number(host.dataset.drawn ?? 0) + 1);
  }

  function redraw() {
    views.forEach(Panels.clear);
    if (dashboard) refresh();
  }

  // Click as me

  let steps = [];
  let user;
  let follower;
  let following = 0;
  const pages = {
    home_page: "Home", product_catalog: "Catalog", product_detail: "Look at it", add_to_cart: "Add to cart",
    remove_from_cart: "Remove", order: "Order", order_checkout: "Pay",
  };

  function showShop() {
    if (!run.shop) return;
    byId("shop").hidden = false;
    byId("shop-hint").textContent = `Visit the shop. Sessions of this run end after ${duration(run.shop.gapMillis)} without a click, ` +
      "so your clicks are sent together, in the order in which you made them.";
    byId("shop-department").replaceChildren(...run.shop.departments.map((name) => element("option", { textContent: name })));
    byId("shop-steps").replaceChildren(...run.shop.eventTypes.map((type) => {
      const button = element("button", { type: "button", textContent: pages[type] ?? type });
      button.dataset.type = type;
      button.addEventListener("click", () => {
        const isAboutProduct = !["home_page", "product_catalog"].includes(type);
        steps.push({ eventType: type, department: isAboutProduct ? byId("shop-department").value : "" });
        showPath();
      });
      return button;
    }));
    byId("shop-clear").addEventListener("click", () => {
      steps = [];
      showPath();
    });
    byId("shop-form").addEventListener("submit", send);
    showPath();
  }

  function showPath() {
    byId("shop-path").replaceChildren(...(steps.length === 0 ? [element("li", { textContent: "Choose some pages" })]
      : steps.map(({ eventType, department }) =>
        element("li", { textContent: [pages[eventType] ?? eventType, department].filter(Boolean).join(": ") }))));
    byId("shop-send").disabled = steps.length === 0 || isOver();
    byId("shop-clear").disabled = steps.length === 0 || isOver();
  }

  /** Nobody would send the clicks of a visit that comes later. */
  function closeShop() {
    setText(byId("shop-hint"), "The shop is closed, because the run sends no more clicks.");
    for (const control of byId("shop-form").elements) control.disabled = true;
  }

  async function send(event) {
    event.preventDefault();
    // A second press, before the answer, must not send it again.
    const sent = steps;
    if (sent.length === 0) return;
    // The button is disabled without steps, and would lose the focus.
    if (document.activeElement === byId("shop-send")) byId("shop-steps").firstElementChild.focus();
    steps = [];
    showPath();
    try {
      ({ user } = await call("visit", {}, { name: byId("shop-name").value, steps: sent }, "POST"));
      follow();
    } catch (error) {
      steps = [...sent, ...steps];
      showPath();
      byId("visit").replaceChildren(element("p", { className: "problem", textContent: error.message }));
    }
  }

  async function follow() {
    clearTimeout(follower);
    const request = ++following;
    try {
      const visit = await call("visit", { user });
      // A later call follows a later visit.
      if (request !== following) return;
      if (visit) showVisit(visit);
      if (visit && isComplete(visit)) return;
    } catch {
      // The next attempt may reach it.
      if (request !== following) return;
    }
    follower = setTimeout(follow, 1000);
  }

  /** Either of the line and the document may be first: a checkpoint takes longer than a request, but a frozen node longer still. */
  function isComplete({ closed, hasCheckout, line, document: found }) {
    return hasCheckout ? Boolean(line && found) : closed;
  }

  function showVisit(visit) {
    const { clicks, closesAt, closed, hasCheckout, line, document: found } = visit;
    const item = (isDone, text, ...more) => element("li", { className: isDone ? "done" : "" }, text, ...more);
    const pretty = (json) => element("pre", { textContent: JSON.stringify(json, null, 1) });
    const allSent = clicks.length === visit.steps;
    const isLost = !allSent && isOver();
    // The status shows what event time is now: a text that changes each second would be read out each second.
    const closing = closesAt && !closed && latestEventTime !== null
      ? ` Event time must reach ${clock.format(new Date(closesAt))}.` : "";
    const list = element("ol", {},
      item(allSent, `${clicks.length} of ${visit.steps} clicks sent as user ${visit.user}`
        + (isLost ? ": the run ended before the others" : "")),
      item(closed, closed ? `Your session closed at ${clock.format(new Date(closesAt))}` : `Your session is open.${closing}`));
    if (hasCheckout) {
      list.append(
        item(Boolean(line), line ? "Your line in the topic" : "Your line in the topic comes with the next checkpoint", ...(line ? [pretty(JSON.parse(line))] : [])),
        item(Boolean(found), found ? "Your document in OpenSearch" : "Your document in OpenSearch is on its way", ...(found ? [pretty(found)] : [])));
      if (line || found) list.append(element("li", { className: "note", textContent: "eventCount counts your visits to departments. Home and Catalog are none." }));
    } else if (closed) {
      list.append(item(true, "It has no checkout, so it is counted and has no line of its own"));
    }
    // What is the same stays, with its selection and scroll position, and is not read out again.
    if (!byId("visit").firstElementChild?.isEqualNode(list)) byId("visit").replaceChildren(list);
    byId("visit").dataset.state = hasCheckout && isComplete(visit) ? "found" : closed ? "closed" : "open";
  }

  // Break it

  function showDisturbances() {
    byId("disturb").hidden = run.disturbances.length === 0;
    byId("disturb-hint").replaceChildren(...(run.compared ? ["The verdict must stay ", element("b", { textContent: "equal" }), "."]
      : ["No record may get lost: at the end, the run accounts for all of them."]));
    byId("disturbances").replaceChildren(...run.disturbances.map(({ id, label }) => {
      const button = element("button", { type: "button", textContent: label });
      button.dataset.id = id;
      button.addEventListener("click", async () => {
        if (button.dataset.busy) return;
        button.dataset.busy = "true";
        try {
          await call("disturb", { id }, {}, "POST");
          complain("disturb");
        } catch (error) {
          complain("disturb", error);
        }
        delete button.dataset.busy;
      });
      return button;
    }));
  }

  function showObstacles(obstacles) {
    for (const button of byId("disturbances").children) {
      const obstacle = obstacles[button.dataset.id];
      // Who uses the keyboard must not start again at the top of the page.
      if (obstacle && document.activeElement === button) byId("events").focus();
      button.disabled = Boolean(obstacle);
      button.title = obstacle ?? "";
    }
  }

  function showEvents(events) {
    const list = byId("events");
    for (const { time, message } of events.slice(list.children.length)) {
      list.prepend(element("li", {}, element("time", { textContent: clock.format(new Date(time)) }), message));
    }
  }

  // Dead letters

  let firstLetter;

  async function showLetters() {
    try {
      const letters = await call("letters");
      const first = JSON.stringify(letters[0]);
      if (letters.length > 0 && first !== firstLetter) {
        firstLetter = first;
        byId("letters").replaceChildren(...letters.map((letter) => element("details", {},
          element("summary", {}, element("b", { textContent: letter.reason }),
            element("span", { textContent: ` ${clock.format(new Date(letter.time))}, ${bytes(letter.size)}, ${letter.source} ${letter.partition} at ${letter.offset}` })),
          element("p", { textContent: letter.detail }),
          element("pre", { textContent: letter.text ?? `Base64: ${letter.base64}` }))));
      }
    } catch {
      // The status says it if the run is gone.
    }
    setTimeout(showLetters, 3000);
  }

  // Theme

  const themes = ["Auto", "Light", "Dark"];
  const dark = matchMedia("(prefers-color-scheme: dark)");

  function theme() {
    return localStorage.getItem("theme") ?? "Auto";
  }

  function applyTheme() {
    const isDark = theme() === "Dark" || (theme() === "Auto" && dark.matches);
    document.documentElement.dataset.theme = isDark ? "dark" : "light";
    byId("theme").textContent = theme();
    byId("theme").setAttribute("aria-label", `${theme()} color theme`);
    redraw();
  }

  byId("theme").addEventListener("click", () => {
    localStorage.setItem("theme", themes[(themes.indexOf(theme()) + 1) % themes.length]);
    applyTheme();
  });
  dark.addEventListener("change", applyTheme);

  // Start

  byId("range").addEventListener("change", () => refresh());
  byId("refresh").addEventListener("change", () => refresh());
  addEventListener("resize", () => views.forEach((view) => view.chart?.resize()));

  async function begin() {
    applyTheme();
    try {
      run = await call("run");
    } catch (error) {
      complain("run", error);
      setTimeout(begin, 2000);
      return;
    }
    complain("run");
    byId("run-name").textContent = run.name;
    document.title = `Clickstream: ${run.name}`;
    showTabs();
    showShop();
    showDisturbances();
    listen();
    showLetters();
  }

  begin();
})();
