// Menus above a scatter plot: which group of points, which map of it, which colouring.
// All data are in layout.meta (see map_page.py); each choice draws the figure anew.
(function () {
  const figure = document.getElementById("figure");
  const meta = figure.layout.meta;
  const bar = document.createElement("p");
  figure.parentNode.insertBefore(bar, figure);

  function menu(label, entries, changed) {
    const box = document.createElement("label");
    const select = document.createElement("select");
    box.style.marginRight = "1.5em";
    box.append(label + " ", select);
    select.fill = function (names) {
      const before = select.value;
      select.replaceChildren(...names.map((name) => new Option(name, name)));
      if (names.includes(before)) select.value = before;
    };
    select.fill(entries);
    select.addEventListener("change", changed);
    if (label) bar.append(box);
    return select;
  }

  const named = (list, name) => list.find((one) => one.name === name);
  const groups = menu(meta.group_label, meta.groups.map((one) => one.name), refill);
  const maps = menu("Map", [], draw);
  const colours = menu("Colour", [], draw);

  function refill() {
    const group = named(meta.groups, groups.value);
    maps.fill(group.maps.map((one) => one.name));
    colours.fill(group.colours.map((one) => one.name));
    draw();
  }

  function shown(value) {
    if (value === null) return "none";
    return typeof value === "number" ? String(+value.toPrecision(4)) : value;
  }

  function trace(group, map, rows, marker, name) {
    const text = rows.map((row) => {
      const lines = group.colours.map((one) => one.name + ": " + shown(one.values[row]));
      const same = map.same && map.same[row] > 1
        ? ["one point with " + (map.same[row] - 1) + " other compositions"] : [];
      return ["<b>" + group.text[row] + "</b>", ...lines, ...same].join("<br>");
    });
    const size = Math.min(9, Math.max(4, 180 / Math.sqrt(group.text.length)));
    return {
      type: "scattergl", mode: "markers", name: name, text: text, hoverinfo: "text",
      x: rows.map((row) => map.x[row]), y: rows.map((row) => map.y[row]),
      marker: Object.assign({ size: size, opacity: 0.8 }, marker),
    };
  }

  function draw() {
    const group = named(meta.groups, groups.value);
    const map = named(group.maps, maps.value);
    const colour = named(group.colours, colours.value);
    const layout = Object.assign({}, figure.layout, { annotations: [], showlegend: false });
    delete layout.xaxis.range;
    delete layout.yaxis.range;
    layout.xaxis.autorange = layout.yaxis.autorange = true;
    const traces = [];
    if (map.skipped) {
      layout.annotations = [{ text: "No map: " + map.skipped, showarrow: false, xref: "paper",
        yref: "paper", x: 0.5, y: 0.5 }];
    } else {
      const all = colour.values.map((_, row) => row);
      if (colour.categories) {
        layout.showlegend = true;
        for (const [name, paint] of colour.categories) {
          const rows = all.filter((row) => colour.values[row] === name);
          traces.push(trace(group, map, rows, { color: paint }, name));
        }
      } else {
        const none = all.filter((row) => colour.values[row] === null);
        const some = all.filter((row) => colour.values[row] !== null);
        if (none.length) traces.push(trace(group, map, none, { color: meta.absent }, "none"));
        traces.push(trace(group, map, some, {
          color: some.map((row) => colour.values[row]), colorscale: meta.scale,
          cmin: colour.ends[0], cmax: colour.ends[1], showscale: true,
          colorbar: { title: { text: colour.name, side: "right" } },
        }, ""));
      }
    }
    Plotly.react(figure, traces, layout);
  }
  refill();
})();
