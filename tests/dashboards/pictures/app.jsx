// Draws one dashboard with Grafana's own components from what Prometheus answered. window.PICTURE holds both.
import "@fontsource/inter/400.css";
import "@fontsource/inter/500.css";
import { createTheme, dateTime, FieldType, VizOrientation } from "@grafana/data";
import {
  BarGauge,
  BigValue,
  GlobalStyles,
  PanelChrome,
  PanelContextProvider,
  Table,
  ThemeContext,
  TimeSeries,
} from "@grafana/ui";
import React from "react";
import { createRoot } from "react-dom/client";
import { MemoryRouter } from "react-router-dom";
import { framesOf } from "./frames.js";
import { StateTimeline } from "./timeline.jsx";

const theme = createTheme({ colors: { mode: "dark" } });
const COLUMN = 60;
const ROW = 30;
const GAP = 8;

const lastNumber = (frame) => {
  const field = frame.fields.find(({ type }) => type === FieldType.number);
  return [field, [...field.values].reverse().find((value) => value !== null)];
};

function Stat({ frames, panel, width, height }) {
  if (!frames.length) return null;
  const [field, value] = lastNumber(frames[0]);
  return (
    <BigValue
      width={width}
      height={height}
      theme={theme}
      value={field.display(value)}
      colorMode={panel.options.colorMode}
      graphMode="none"
      justifyMode={panel.options.justifyMode}
      textMode="value"
    />
  );
}

function Bars({ frames, panel, width, height }) {
  const most = Math.min(frames.length, Math.floor(height / 22));
  const each = Math.min(panel.options.maxVizHeight, height / Math.max(most, 1) - 4);
  const factors = {
    title: frames
      .map((frame) => lastNumber(frame)[0].state.displayName)
      .reduce((a, b) => (a.length > b.length ? a : b), ""),
    text: "00000",
  };
  return frames.slice(0, most).map((frame, index) => {
    const [field, value] = lastNumber(frame);
    const display = { ...field.display(value), title: field.state.displayName };
    return (
      <div key={index} style={{ height: each, marginBottom: 4 }}>
        <BarGauge
          theme={theme}
          width={width}
          height={each}
          field={field.config}
          display={field.display}
          value={display}
          orientation={VizOrientation.Horizontal}
          displayMode="basic"
          namePlacement="left"
          showUnfilled
          itemSpacing={4}
          alignmentFactors={factors}
        />
      </div>
    );
  });
}

function Lines({ frames, panel, width, height, range, marks }) {
  const { legend } = panel.options;
  if (!frames.length) return null;
  return (
    <TimeSeries
      frames={frames}
      structureRev={1}
      width={width}
      height={height}
      timeRange={range}
      timeZone="utc"
      theme={theme}
      legend={legend}
      options={panel.options}
    >
      {(config) => {
        config.addHook("draw", (plot) => drawMarks(plot, marks));
        return null;
      }}
    </TimeSeries>
  );
}

// Annotations: a dashed line and a mark below it, as Grafana draws them.
function drawMarks(plot, marks) {
  const { ctx, bbox } = plot;
  ctx.save();
  for (const { time, colour } of marks) {
    const x = plot.valToPos(time, "x", true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.strokeStyle = ctx.fillStyle = theme.visualization.getColorByName(colour);
    ctx.setLineDash([4, 4]);
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.beginPath();
    ctx.moveTo(x, bbox.top + bbox.height);
    ctx.lineTo(x - 5, bbox.top + bbox.height + 7);
    ctx.lineTo(x + 5, bbox.top + bbox.height + 7);
    ctx.fill();
  }
  ctx.restore();
}

function Rows({ frames, panel, width, height }) {
  return (
    <Table
      data={frames[0]}
      width={width}
      height={height}
      columnMinWidth={70}
      initialSortBy={panel.options.sortBy}
      cellHeight="sm"
      fieldConfig={panel.fieldConfig}
    />
  );
}

const KINDS = { stat: Stat, bargauge: Bars, timeseries: Lines, table: Rows, "state-timeline": StateTimeline };

function Panel({ panel, frames, range, marks }) {
  const { x, y, w, h } = panel.gridPos;
  const place = { position: "absolute", left: x * COLUMN + GAP, top: y * (ROW + GAP) };
  const width = w * COLUMN - GAP;
  const height = h * (ROW + GAP) - GAP;
  if (panel.type === "row")
    return (
      <div
        style={{ ...place, width, height, font: "500 16px Inter", color: theme.colors.text.primary, paddingTop: 6 }}
      >
        ⌄ {panel.title}
      </div>
    );
  const Kind = KINDS[panel.type];
  return (
    <div style={place}>
      <PanelChrome
        title={panel.title}
        width={width}
        height={height}
        padding={panel.type === "table" || panel.type === "stat" ? "none" : "md"}
      >
        {(inner, outer) => (
          <Kind
            frames={frames}
            panel={panel}
            width={inner}
            height={outer}
            range={range}
            marks={marks}
            theme={theme}
          />
        )}
      </PanelChrome>
    </div>
  );
}

function Dashboard({ shown, range, marks }) {
  const { dashboard, variables } = window.PICTURE;
  const bottom = Math.max(...shown.map(({ panel: { gridPos } }) => gridPos.y + gridPos.h));
  return (
    <div style={{ width: 24 * COLUMN + GAP, background: theme.colors.background.canvas, fontFamily: "Inter" }}>
      <div
        style={{
          display: "flex",
          gap: 10,
          alignItems: "center",
          padding: "10px 8px 6px",
          color: theme.colors.text.primary,
        }}
      >
        <span style={{ fontSize: 18, fontWeight: 500, marginRight: 12 }}>{dashboard.title}</span>
        {variables.map(([label, value]) => (
          <span key={label} style={{ fontSize: 12, display: "flex" }}>
            <span
              style={{
                padding: "5px 8px",
                background: theme.colors.background.secondary,
                border: `1px solid ${theme.colors.border.weak}`,
              }}
            >
              {label}
            </span>
            <span style={{ padding: "5px 8px", border: `1px solid ${theme.colors.border.weak}` }}>{value}</span>
          </span>
        ))}
      </div>
      <div style={{ position: "relative", height: bottom * (ROW + GAP) }}>
        {shown.map(({ panel, frames }) => (
          <Panel key={panel.id} panel={panel} frames={frames} range={range} marks={marks} />
        ))}
      </div>
    </div>
  );
}

async function draw() {
  const { dashboard, answers, from, to, step, marks, rows } = window.PICTURE;
  await document.fonts.ready;
  const range = { from: dateTime(from * 1000), to: dateTime(to * 1000), raw: { from: "now-15m", to: "now" } };
  const panels = dashboard.panels.filter(({ gridPos }) => gridPos.y < (rows ?? Infinity));
  const shown = [];
  for (const panel of panels)
    shown.push({ panel, frames: panel.type === "row" ? [] : await framesOf(panel, answers[panel.id], step, theme) });
  createRoot(document.getElementById("root")).render(
    <MemoryRouter>
      <ThemeContext.Provider value={theme}>
        <GlobalStyles />
        <Dashboard shown={shown} range={range} marks={marks} />
      </ThemeContext.Provider>
    </MemoryRouter>,
  );
}

// A picture that failed says so instead of being white.
function fail(error) {
  document.body.innerText = `FAILED ${error?.stack}`;
}
window.addEventListener("error", ({ error }) => fail(error));
draw().catch(fail);
