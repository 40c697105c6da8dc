// Grafana's state timeline is no part of @grafana/ui; this draws the same: a band a series, coloured by its state.
import { FieldType } from "@grafana/data";
import React from "react";

// [{from, to, value}], equal neighbours as one; `step` is how long the last value holds.
function bands(times, values, to) {
  const found = [];
  values.forEach((value, index) => {
    const end = times[index + 1] ?? to;
    const last = found[found.length - 1];
    if (value === null) return;
    if (last && last.value === value && last.to === times[index]) last.to = end;
    else found.push({ from: times[index], to: end, value });
  });
  return found;
}

export function StateTimeline({ frames, panel, width, height, range, theme }) {
  const rows = frames.slice(0, panel.options.perPage).map((frame) => {
    const time = frame.fields.find(({ type }) => type === FieldType.time);
    return { field: frame.fields.find(({ type }) => type === FieldType.number), times: time.values };
  });
  const from = range.from.valueOf();
  const to = range.to.valueOf();
  const axis = 22;
  const legend = 24;
  const names = Math.min(
    width * 0.42,
    10 + 6.4 * Math.max(...rows.map(({ field }) => field.state.displayName.length), 1),
  );
  const each = (height - axis - legend) / Math.max(rows.length, 1);
  const at = (time) => names + ((Math.max(time, from) - from) / (to - from)) * (width - names - 4);
  const seen = new Map();
  for (const { field } of rows)
    for (const value of field.values) if (value !== null) seen.set(value, field.display(value));
  const ticks = [0.1, 0.3, 0.5, 0.7, 0.9].map((part) => from + part * (to - from));
  const small = { fill: theme.colors.text.primary, fontSize: Math.min(12, each * 0.8), fontFamily: "Inter" };
  return (
    <svg width={width} height={height}>
      {rows.map(({ field, times }, index) => (
        <g key={index}>
          <text x={names - 8} y={index * each + each / 2 + 4} textAnchor="end" style={small}>
            {field.state.displayName}
          </text>
          {bands(times, field.values, to).map((band, number) => {
            const shown = field.display(band.value);
            const wide = at(band.to) - at(band.from);
            return (
              <g key={number}>
                <rect
                  x={at(band.from)}
                  y={index * each + each * 0.08}
                  width={Math.max(wide, 1)}
                  height={each * 0.84}
                  fill={shown.color}
                  fillOpacity={0.75}
                />
                {wide > shown.text.length * 8 && (
                  <text x={at(band.from) + 6} y={index * each + each / 2 + 4} style={{ ...small, fill: "#fff" }}>
                    {shown.text}
                  </text>
                )}
              </g>
            );
          })}
        </g>
      ))}
      {ticks.map((tick) => (
        <text
          key={tick}
          x={at(tick)}
          y={height - legend - 6}
          textAnchor="middle"
          style={{ fill: theme.colors.text.secondary, fontSize: 12, fontFamily: "Inter" }}
        >
          {new Date(tick).toISOString().slice(11, 16)}
        </text>
      ))}
      {[...seen.values()]
        .reduce((all, shown) => (all.some(({ text }) => text === shown.text) ? all : [...all, shown]), [])
        .map((shown, index) => (
          <g key={shown.text} transform={`translate(${8 + index * 110}, ${height - 12})`}>
            <rect width={14} height={4} y={-5} rx={2} fill={shown.color} />
            <text x={20} style={{ fill: theme.colors.text.primary, fontSize: 12, fontFamily: "Inter" }}>
              {shown.text}
            </text>
          </g>
        ))}
    </svg>
  );
}
