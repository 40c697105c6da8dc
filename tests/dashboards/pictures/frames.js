// Prometheus's answers as the data frames that Grafana's panels take, with the panel's field configuration applied.
import {
  FieldType,
  getDisplayProcessor,
  getFieldDisplayName,
  standardTransformers,
  standardTransformersRegistry,
  toDataFrame,
  transformDataFrame,
} from "@grafana/data";
import { set, cloneDeep } from "lodash";
import { firstValueFrom } from "rxjs";

const USED = ["mergeTransformer", "organizeFieldsTransformer"];
standardTransformersRegistry.setInit(() =>
  USED.map((name) => ({
    id: standardTransformers[name].id,
    transformation: async () => standardTransformers[name],
    name,
  })),
);

function legendOf(format, labels) {
  return format.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label) => labels[label] ?? "");
}

function overTime({ target, result }, step) {
  return result.map(({ metric, values, value }) => {
    const times = [];
    const numbers = [];
    for (const [time, number] of values ?? [value]) {
      const last = times.length ? times[times.length - 1] : null;
      if (last !== null && time * 1000 - last > step * 1500) {
        times.push(last + step * 1000); // a gap, as Grafana shows one
        numbers.push(null);
      }
      times.push(time * 1000);
      numbers.push(Number(number));
    }
    return toDataFrame({
      refId: target.refId,
      fields: [
        { name: "Time", type: FieldType.time, values: times },
        {
          name: "Value",
          type: FieldType.number,
          values: numbers,
          labels: metric,
          config: { displayNameFromDS: legendOf(target.legendFormat, metric) || undefined },
        },
      ],
    });
  });
}

function asTable({ target, result }, several) {
  const labels = [...new Set(result.flatMap(({ metric }) => Object.keys(metric)))];
  return toDataFrame({
    refId: target.refId,
    fields: [
      { name: "Time", type: FieldType.time, values: result.map(({ value }) => value[0] * 1000) },
      ...labels.map((label) => ({
        name: label,
        type: FieldType.string,
        values: result.map(({ metric }) => metric[label] ?? ""),
      })),
      {
        name: several ? `Value #${target.refId}` : "Value",
        type: FieldType.number,
        values: result.map(({ value }) => Number(value[1])),
      },
    ],
  });
}

function fits(matcher, name) {
  if (matcher.id === "byName") return matcher.options === name;
  const [, pattern, flags] = /^\/(.*)\/(\w*)$/.exec(matcher.options);
  return new RegExp(pattern, flags).test(name);
}

// Defaults, then the overrides that fit the field by its own name or by the one that is shown.
function configure(frames, fieldConfig, theme) {
  let seriesIndex = 0;
  for (const frame of frames)
    for (const field of frame.fields) {
      const shown = field.config.displayNameFromDS ?? field.name;
      const config = {
        ...cloneDeep(fieldConfig.defaults),
        ...field.config,
        custom: { ...cloneDeep(fieldConfig.defaults.custom) },
      };
      if (field.type === FieldType.time) delete config.unit;
      for (const { matcher, properties } of fieldConfig.overrides)
        if (fits(matcher, field.name) || fits(matcher, shown))
          for (const { id, value } of properties) {
            if (id === "links") continue; // nobody clicks on a picture
            if (id === "mappings") config.mappings = value;
            else set(config, id, value);
          }
      field.config = config;
      field.state = field.type === FieldType.number ? { seriesIndex: seriesIndex++ } : {};
    }
  for (const frame of frames)
    for (const field of frame.fields) {
      field.state.displayName = getFieldDisplayName(field, frame, frames);
      field.display = getDisplayProcessor({ field, theme, timeZone: "utc" });
    }
  return frames;
}

export async function framesOf(panel, answers, step, theme) {
  const tables = panel.targets.some((target) => target.format === "table");
  let frames = tables
    ? answers.map((answer) => asTable(answer, answers.length > 1))
    : answers.flatMap((answer) => overTime(answer, step));
  if (tables) frames = await firstValueFrom(transformDataFrame(panel.transformations, frames));
  return configure(frames, panel.fieldConfig, theme);
}
