"use strict";

/**
 * Draws the panels of OpenSearch Dashboards from their saved objects and the answers to their
 * searches. Each panel also has its numbers as a table, for screen readers and for the button Data.
 */
const Panels = (() => {
  const numbers = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  // Sweden writes dates as ISO 8601 does.
  const moment = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium" });

  /** The visualizations that are drawn, by the kind in the saved object. */
  const drawers = {
    metric: drawMetric,
    histogram: drawSeries,
    line: drawSeries,
    area: drawSeries,
    horizontal_bar: drawSeries,
    heatmap: drawHeatmap,
    table: drawTable,
    metrics: drawTimeSeries,
    search: drawSearch,
  };

  function element(name, properties = {}, ...children) {
    const node = Object.assign(document.createElement(name), properties);
    node.append(...children);
    return node;
  }

  function css(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function colors(name) {
    return css(name).split(",").map((color) => color.trim());
  }

  function duration(millis) {
    const units = [[86400000, "d"], [3600000, "h"], [60000, "min"], [1000, "s"]];
    const [size, unit] = units.find(([size]) => Math.abs(millis) >= size) ?? [1, "ms"];
    return `${numbers.format(Math.round(millis / size * 10) / 10)} ${unit}`;
  }

  function bytes(count) {
    return count < 1024 ? `${count} B` : `${numbers.format(Math.round(count / 102.4) / 10)} KB`;
  }

  /** A value of a field, as the index pattern formats it. */
  function format(value, field, panel) {
    if (value === undefined || value === null) return "";
    const id = panel.formats?.[field]?.id;
    if (id === "duration") return duration(value);
    if (id === "bytes") return bytes(value);
    if (panel.types?.[field] === "date") return moment.format(new Date(value));
    if (Array.isArray(value)) return value.join(", ");
    // An id is not a quantity, even if it is written as a number.
    if (panel.types?.[field] === "string") return String(value);
    return typeof value === "number" ? numbers.format(value) : String(value);
  }

  // Aggregations

  function label(aggregation) {
    const { customLabel, field } = aggregation.params;
    return customLabel || (field ? `${aggregation.type} of ${field}` : "Count");
  }

  function metricsOf(panel) {
    return panel.state.aggs.filter((each) => each.schema === "metric");
  }

  function bucketsOf(panel) {
    return panel.state.aggs.filter((each) => each.schema !== "metric");
  }

  /** The values of a metric in a bucket: more than one only for percentiles. */
  function values(metric, bucket, panel) {
    const { type, id, params } = metric;
    if (type === "percentiles") {
      return Object.entries(bucket[id]?.values ?? {}).map(([percent, value]) => ({
        label: `${Number(percent)} %`, value, field: params.field,
      }));
    }
    let value;
    if (type === "count") {
      value = bucket.doc_count;
    } else if (type === "top_hits") {
      value = bucket[id]?.hits.hits[0]?.fields?.[params.field]?.[0];
      // Depending on the mapping, a date comes as a number of ms or in ISO 8601.
      if (panel.types?.[params.field] === "date" && typeof value === "string") {
        value = /^\d+$/.test(value) ? Number(value) : Date.parse(value);
      }
    } else {
      value = bucket[id]?.value;
    }
    return [{ label: label(metric), value, field: type === "cardinality" ? undefined : params.field }];
  }

  function keyOf(aggregation, bucket) {
    return aggregation.type === "date_histogram" ? bucket.key : bucket.key_as_string ?? bucket.key;
  }

  function keyText(aggregation, key) {
    if (aggregation.type === "date_histogram") return clock.format(new Date(key));
    return typeof key === "number" ? numbers.format(key) : key;
  }

  function root(panel) {
    return { ...panel.answer.aggregations, doc_count: panel.answer.hits.total.value };
  }

  /** One row per innermost bucket: the keys from the outside in, and the metrics. */
  function rows(panel) {
    const buckets = bucketsOf(panel);
    const found = [];
    (function walk(node, depth, keys) {
      if (depth === buckets.length) {
        found.push({ keys, cells: metricsOf(panel).flatMap((metric) => values(metric, node, panel)) });
        return;
      }
      for (const bucket of node[buckets[depth].id]?.buckets ?? []) {
        walk(bucket, depth + 1, [...keys, keyOf(buckets[depth], bucket)]);
      }
    })(root(panel), 0, []);
    return found;
  }

  /** What is not in the listed terms of a bucket, where the panel asks for it and it can be known. */
  function other(group, bucket, metric, panel) {
    if (!group.params.otherBucket || !["sum", "count"].includes(metric.type)) return 0;
    const total = values(metric, bucket, panel)[0].value ?? 0;
    const listed = (bucket[group.id]?.buckets ?? [])
      .reduce((sum, each) => sum + (values(metric, each, panel)[0].value ?? 0), 0);
    return total - listed;
  }

  // Tables

  /** A heading. A long name of a field may break before its capitals. */
  function heading(text, isNumber) {
    const parts = text.split(text.length > 12 ? /(?<=[a-z])(?=[A-Z])/ : "\n").flatMap((part) => [element("wbr"), part]);
    return element("th", { scope: "col", className: isNumber ? "number" : "" }, ...parts.slice(1));
  }

  /** A table of rows of cells, each with a text and, for the exact number, a value. */
  function table(headings, lines) {
    const isNumber = (column) => lines.some((line) => typeof line[column].value === "number" && !line[column].time);
    const cell = (name, { text, value, wide, time }) => {
      const node = element(name, { textContent: text });
      if (typeof value === "number") node.dataset.value = String(value);
      if (time) node.className = "time";
      else if (typeof value === "number") node.className = "number";
      else if (wide) node.className = "long";
      return node;
    };
    return element("table", {},
      element("thead", {}, element("tr", {}, ...headings.map((text, column) => heading(text, isNumber(column))))),
      element("tbody", {}, ...lines.map((line) => element("tr", {}, ...line.map((each) => cell("td", each))))));
  }

  /** A moment, without the date if that is today's: these tables are narrow. */
  function recent(value) {
    if (typeof value !== "number") return "";
    const time = new Date(value);
    return (time.toDateString() === new Date().toDateString() ? clock : moment).format(time);
  }

  function tableOfRows(panel) {
    const found = rows(panel);
    const headings = [...bucketsOf(panel).map(label), ...(found[0]?.cells ?? []).map((each) => each.label)];
    const lines = found.map(({ keys, cells }) => [
      ...keys.map((key, depth) => ({ text: keyText(bucketsOf(panel)[depth], key) })),
      ...cells.map(({ value, field }) => {
        const time = panel.types?.[field] === "date";
        return { text: time ? recent(value) : format(value, field, panel), value, time };
      }),
    ]);
    return table(headings, lines);
  }

  // Charts

  function baseOption() {
    return {
      color: colors("--series"),
      animationDuration: 250,
      animationDurationUpdate: 250,
      animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: css("--ink-2") },
      tooltip: {
        trigger: "axis",
        confine: true,
        backgroundColor: css("--raised"),
        borderColor: css("--line"),
        textStyle: { color: css("--ink"), fontSize: 12 },
      },
    };
  }

  function axis(settings) {
    return {
      axisLine: { show: settings.type !== "value", lineStyle: { color: css("--line") } },
      axisTick: { show: false },
      axisLabel: { color: css("--ink-3"), fontSize: 11, hideOverlap: true },
      splitLine: { show: settings.type === "value", lineStyle: { color: css("--line") } },
      ...settings,
    };
  }

  /** So many parts that the labels of a horizontal axis have space between them. */
  function partsOfWidth(view) {
    return Math.max(2, Math.min(5, Math.floor(view.width / 90)));
  }

  function timeAxis(view) {
    return axis({
      type: "time", min: view.from, max: view.to, splitNumber: partsOfWidth(view),
      axisLabel: { color: css("--ink-3"), fontSize: 11, hideOverlap: true, formatter: (time) => clock.format(new Date(time)) },
    });
  }

  const durations = [
    ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
    ...[1, 2, 5, 10, 30].map((seconds) => seconds * 1000),
    ...[1, 2, 5, 10, 30].map((minutes) => minutes * 60000),
    ...[1, 2, 6, 12].map((hours) => hours * 3600000),
  ];

  /** Round numbers of the unit that a duration is shown in, where ECharts would take those of milliseconds. */
  function durationTicks(most) {
    const interval = durations.find((each) => each >= most / 5) ?? Math.ceil(most / 5 / 86400000) * 86400000;
    return { interval, max: Math.max(1, Math.ceil(most / interval)) * interval };
  }

  const ruler = document.createElement("canvas").getContext("2d");

  /** The lines that a legend needs: one that scrolls would cut names off. */
  function legendLines(names, view) {
    ruler.font = `12px ${getComputedStyle(document.body).fontFamily}`;
    let lines = 1;
    let used = 0;
    for (const name of names) {
      // The icon, the space behind it, and the space between items, as ECharts has them.
      const width = 12 + 5 + Math.ceil(ruler.measureText(name).width) + 10;
      if (used > 0 && used + width > view.width - 24) {
        lines += 1;
        used = 0;
      }
      used += width;
    }
    return lines;
  }

  function legend(isShown, lines = 1) {
    return {
      show: isShown, type: lines > 3 ? "scroll" : "plain", bottom: 0, left: 4, itemWidth: 12, itemHeight: 8, icon: "roundRect",
      textStyle: { color: css("--ink-2"), fontSize: 12 },
      pageIconColor: css("--ink-2"), pageTextStyle: { color: css("--ink-2") },
    };
  }

  function legendHeight(lines) {
    return lines > 3 ? 28 : 8 + 20 * lines;
  }

  /** The series of a chart with a horizontal axis: one per metric, or per term of a group. */
  function seriesOf(panel) {
    const segment = panel.state.aggs.find((each) => each.schema === "segment");
    const group = panel.state.aggs.find((each) => each.schema === "group");
    const buckets = root(panel)[segment.id]?.buckets ?? [];
    const series = new Map();
    const put = (name, key, value, field) => {
      if (value === undefined || value === null) return;
      if (!series.has(name)) series.set(name, { name, field, points: new Map() });
      series.get(name).points.set(key, value);
    };
    for (const bucket of buckets) {
      const key = keyOf(segment, bucket);
      if (!group) {
        metricsOf(panel).forEach((metric) => values(metric, bucket, panel)
          .forEach(({ label, value, field }) => put(label, key, value, field)));
        continue;
      }
      const [metric] = metricsOf(panel);
      for (const term of bucket[group.id]?.buckets ?? []) {
        const [{ value, field }] = values(metric, term, panel);
        put(String(keyOf(group, term)), key, value, field);
      }
      const rest = other(group, bucket, metric, panel);
      if (rest > 0) put(group.params.otherBucketLabel, key, rest, metric.params.field);
    }
    // The same name has the same color and place in each refresh.
    const sorted = group ? [...series.values()].sort((a, b) => a.name.localeCompare(b.name)) : [...series.values()];
    return { segment, group, series: sorted, keys: buckets.map((bucket) => keyOf(segment, bucket)) };
  }

  function drawSeries(panel, view) {
    const { segment, group, series, keys } = seriesOf(panel);
    const isTime = segment.type === "date_histogram";
    const isHorizontal = panel.kind === "horizontal_bar";
    const data = table(
      [label(segment), ...series.map((each) => each.name)],
      keys.map((key) => [
        { text: keyText(segment, key) },
        ...series.map(({ points, field }) => {
          const value = points.get(key);
          return { text: format(value, field, panel), value };
        }),
      ]));
    if (keys.length === 0) return { data };
    const { seriesParams = [] } = panel.state.params;
    const field = series[0]?.field;
    const step = isTime ? view.intervalMillis : 0;
    const chartSeries = series.map((each, index) => {
      const drawn = seriesParams[group ? 0 : Math.min(index, seriesParams.length - 1)] ?? { type: "line" };
      const isBar = drawn.type === "histogram";
      // Where a bucket has no value, stacked areas would be drawn at the wrong height.
      const y = (key) => each.points.get(key) ?? (drawn.mode === "stacked" ? 0 : null);
      return {
        name: each.name,
        type: isBar ? "bar" : "line",
        stack: drawn.mode === "stacked" ? "all" : undefined,
        areaStyle: drawn.type === "area" ? { opacity: .75 } : undefined,
        lineStyle: { width: drawn.type === "area" ? 1 : 2 },
        symbol: "circle",
        symbolSize: 5,
        // The area of a single bucket has no width.
        showSymbol: keys.length === 1 || (keys.length < 30 && drawn.type !== "area"),
        barMaxWidth: isTime ? 26 : 22,
        itemStyle: isBar && drawn.mode !== "stacked" ? { borderRadius: isHorizontal ? [0, 4, 4, 0] : [4, 4, 0, 0] } : undefined,
        // A bucket is drawn at its middle.
        data: keys.map((key) => (isTime ? [key + step / 2, y(key)] : y(key))),
      };
    });
    const isDuration = panel.formats?.[field]?.id === "duration";
    const most = Math.max(0, ...series.flatMap(({ points }) => [...points.values()]));
    const valueAxis = axis({
      type: "value", minInterval: 1, splitNumber: isHorizontal ? partsOfWidth(view) : 5,
      ...(isDuration ? durationTicks(most) : {}),
      axisLabel: { color: css("--ink-3"), fontSize: 11, hideOverlap: true, formatter: (value) => format(value, field, panel) },
    });
    const categories = axis({
      type: "category", inverse: isHorizontal, data: keys.map((key) => keyText(segment, key)),
      axisLabel: { color: css("--ink-2"), fontSize: 12, hideOverlap: true, width: 110, overflow: "truncate" },
    });
    const across = isTime ? timeAxis(view) : categories;
    const hasLegend = Boolean(panel.state.params.addLegend);
    const lines = legendLines(series.map(({ name }) => name), view);
    const option = {
      ...baseOption(),
      grid: { left: 8, right: 30, top: 14, bottom: hasLegend ? legendHeight(lines) : 4, containLabel: true },
      legend: legend(hasLegend, lines),
      xAxis: isHorizontal ? valueAxis : across,
      yAxis: isHorizontal ? across : valueAxis,
      series: chartSeries,
    };
    option.tooltip.valueFormatter = (value) => (value === null ? "" : format(value, field, panel));
    if (isTime) option.tooltip.axisPointer = { label: { show: false } };
    return { option, data };
  }

  function drawHeatmap(panel) {
    const [x, y] = bucketsOf(panel);
    const found = rows(panel);
    const data = tableOfRows(panel);
    if (found.length === 0) return { data };
    const columns = [...new Set(found.map(({ keys }) => keys[0]))].sort();
    const lines = [...new Set(found.map(({ keys }) => keys[1]))].sort();
    const most = Math.max(...found.map(({ cells }) => cells[0].value));
    const option = {
      ...baseOption(),
      grid: { left: 8, right: 12, top: 8, bottom: 44, containLabel: true },
      xAxis: axis({ type: "category", data: columns, axisLabel: { color: css("--ink-2"), fontSize: 11, rotate: 30, width: 84, overflow: "truncate" } }),
      yAxis: axis({ type: "category", data: lines, axisLabel: { color: css("--ink-2"), fontSize: 11, width: 90, overflow: "truncate" } }),
      visualMap: {
        min: 0, max: Math.max(1, most), calculable: false, orient: "horizontal", left: "center", bottom: 0,
        itemHeight: 120, itemWidth: 10, precision: 0, inRange: { color: colors("--heat") },
        textStyle: { color: css("--ink-3"), fontSize: 11 }, text: [numbers.format(most), "0"],
      },
      series: [{
        type: "heatmap",
        data: found.map(({ keys, cells }) => [columns.indexOf(keys[0]), lines.indexOf(keys[1]), cells[0].value]),
        itemStyle: { borderColor: css("--surface"), borderWidth: 2, borderRadius: 3 },
      }],
    };
    option.tooltip.trigger = "item";
    option.tooltip.formatter = ({ value }) =>
      `${columns[value[0]]} ${label(y)} ${lines[value[1]]}: ${numbers.format(value[2])}`.replace(/[<>&]/g, "");
    return { option, data, x };
  }

  /** Time Series Visual Builder: the last metric of each series is drawn. */
  function drawTimeSeries(panel, view) {
    const { series, axis_min: min } = panel.state.params;
    const found = series.map((each) => {
      const metric = each.metrics[each.metrics.length - 1];
      return {
        each,
        points: (panel.answer.aggregations[each.id]?.buckets ?? [])
          .map((bucket) => [bucket.key, bucket[metric.id]?.value])
          .filter(([, value]) => value !== undefined && value !== null),
      };
    });
    const text = (each, value) => each.value_template.replace("{{value}}", numbers.format(value));
    const keys = [...new Set(found.flatMap(({ points }) => points.map(([key]) => key)))].sort((a, b) => a - b);
    const data = table(["Time", ...series.map((each) => each.label)], keys.map((key) => [
      { text: clock.format(new Date(key)) },
      ...found.map(({ each, points }) => {
        const value = points.find(([time]) => time === key)?.[1];
        return { text: value === undefined ? "" : text(each, value), value };
      }),
    ]));
    if (keys.length === 0) return { data };
    const option = {
      ...baseOption(),
      grid: { left: 8, right: 30, top: 14, bottom: 28, containLabel: true },
      legend: legend(true),
      xAxis: timeAxis(view),
      yAxis: axis({
        type: "value", min: min === undefined || min === "" ? undefined : Number(min),
        axisLabel: { color: css("--ink-3"), fontSize: 11, formatter: (value) => text(series[0], value) },
      }),
      series: found.map(({ each, points }) => ({
        name: each.label, type: each.chart_type === "bar" ? "bar" : "line", data: points, symbol: "circle",
        symbolSize: 5, showSymbol: points.length < 30, lineStyle: { width: 2 },
        areaStyle: Number(each.fill) > 0 ? { opacity: Number(each.fill) } : undefined,
      })),
    };
    option.tooltip.valueFormatter = (value) => text(series[0], value);
    return { option, data };
  }

  // Panels without a chart

  function drawMetric(panel) {
    const cells = metricsOf(panel).flatMap((metric) => values(metric, root(panel), panel));
    const content = element("div", { className: "metrics" }, ...cells.map(({ label, value, field }) => {
      const number = element("b", { textContent: format(value, field, panel) || "–" });
      if (typeof value === "number") number.dataset.value = String(value);
      return element("div", {}, number, element("span", { textContent: label }));
    }));
    return { content };
  }

  function drawTable(panel) {
    const found = tableOfRows(panel);
    return { content: found.tBodies[0].rows.length > 0 ? element("div", { className: "data", tabIndex: 0 }, found) : undefined };
  }

  function drawSearch(panel) {
    const fields = [panel.timeField, ...panel.columns];
    const hits = panel.answer.hits.hits;
    const found = table(fields, hits.map(({ _source: source }) => fields.map((field) => ({
      text: format(source[field], field, panel),
      value: panel.types[field] === "number" ? source[field] : undefined,
      time: panel.types[field] === "date",
      wide: true,
    }))));
    return { content: hits.length > 0 ? element("div", { className: "data", tabIndex: 0 }, found) : undefined };
  }

  // The page

  /** The box of a panel, which shows what it is given. */
  function create(panel) {
    const body = element("div", { className: "body" });
    const toggle = element("button", { type: "button", className: "quiet", textContent: "Data", hidden: true });
    toggle.setAttribute("aria-pressed", "false");
    toggle.setAttribute("aria-label", `Data of ${panel.title}`);
    const box = element("section", { className: "panel" },
      element("header", {}, element("h3", { textContent: panel.title, title: panel.title }), toggle), body);
    box.dataset.id = panel.id;
    box.dataset.kind = panel.kind;
    box.setAttribute("aria-label", panel.title);
    const { x, y, w, h } = panel.grid;
    box.style.gridColumn = `${x + 1} / span ${w}`;
    box.style.gridRow = `${y + 1} / span ${h}`;
    const view = { box, body, toggle, chart: undefined, host: undefined };
    toggle.addEventListener("click", () => {
      const isData = toggle.getAttribute("aria-pressed") !== "true";
      toggle.setAttribute("aria-pressed", String(isData));
      place(view);
    });
    return view;
  }

  /** Shows the chart or its data. */
  function place(view) {
    const isData = view.toggle.getAttribute("aria-pressed") === "true";
    view.host.hidden = isData;
    view.data.classList.toggle("unseen", !isData);
    // A box that scrolls must be in reach of the keyboard.
    view.data.tabIndex = isData ? 0 : -1;
    if (!isData) view.chart.resize();
  }

  function say(view, state, text) {
    clear(view);
    view.box.dataset.state = state;
    view.body.replaceChildren(element("p", { className: "nothing", textContent: text }));
  }

  function clear(view) {
    view.chart?.dispose();
    view.chart = undefined;
    view.host = undefined;
    view.toggle.hidden = true;
  }

  function update(view, panel, dashboard) {
    const draw = drawers[panel.kind];
    if (panel.kind && !draw) {
      say(view, "unknown", `This page does not draw panels of the kind “${panel.kind}”. OpenSearch Dashboards does.`);
      return;
    }
    if (panel.error) {
      say(view, "error", panel.error);
      return;
    }
    const { option, data, content } = panel.answer.aggregations || panel.kind === "search" ||
      panel.answer.hits.total.value > 0 ? draw(panel, { ...dashboard, width: view.body.clientWidth }) : {};
    if (content) {
      clear(view);
      const old = view.body.firstElementChild;
      // The old box keeps its focus and its scroll position.
      if (old?.className === content.className) old.replaceChildren(...content.childNodes);
      else view.body.replaceChildren(content);
    } else if (option) {
      if (!view.chart) {
        view.host = element("div", { className: "chart" });
        view.host.setAttribute("aria-hidden", "true");
        view.data = element("div", { className: "data unseen" });
        view.body.replaceChildren(view.host, view.data);
        view.chart = echarts.init(view.host, null, { renderer: "svg" });
      }
      view.chart.setOption(option, { replaceMerge: ["series", "xAxis", "yAxis"] });
      view.data.replaceChildren(data);
      view.toggle.hidden = false;
      place(view);
    } else {
      say(view, "empty", "No results in this time range yet.");
      return;
    }
    view.box.dataset.state = "drawn";
  }

  return { create, update, clear, element, numbers, clock, bytes, duration };
})();
