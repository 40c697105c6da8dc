// Usage: node validate.mjs DASHBOARD.json ...
// Makes a JSON Schema of the types in Grafana's Foundation SDK and holds dashboards against it. A panel's options and its
// custom field configuration are what the SDK says of that kind of panel, a query is one to Prometheus.
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import Ajv from "ajv";
import { createGenerator } from "ts-json-schema-generator";

const types = fileURLToPath(new URL("node_modules/@grafana/grafana-foundation-sdk/dist", import.meta.url));
const KINDS = {
  stat: "stat",
  timeseries: "timeseries",
  table: "table",
  bargauge: "bargauge",
  "state-timeline": "statetimeline",
};

// A schema with a definition for every type that `name` needs.
function schemaOf(folder, name) {
  return createGenerator({
    path: path.join(types, folder, "types.gen.d.ts"),
    type: name,
    skipTypeCheck: true,
    topRef: true,
  }).createSchema(name);
}

function dashboardSchema() {
  const schema = schemaOf("dashboard", "Dashboard");
  const query = schemaOf("prometheus", "Dataquery");
  const body = query.definitions.Dataquery;
  // A method that marks the type in TypeScript; JSON has none.
  delete body.properties._implementsDataqueryVariant;
  body.required = body.required.filter((each) => each !== "_implementsDataqueryVariant");
  Object.assign(schema.definitions, query.definitions);
  return schema;
}

function hasType(folder, name) {
  return new RegExp(`export (interface|type) ${name}\\b`).test(
    readFileSync(path.join(types, folder, "types.gen.d.ts"), "utf8"),
  );
}

function validators() {
  const ajv = new Ajv({ allErrors: true, strict: false });
  const made = { dashboard: ajv.compile(dashboardSchema()) };
  for (const [kind, folder] of Object.entries(KINDS)) {
    made[kind] = { options: ajv.compile(schemaOf(folder, "Options")) };
    if (hasType(folder, "FieldConfig")) made[kind].custom = ajv.compile(schemaOf(folder, "FieldConfig"));
  }
  return made;
}

function units() {
  const text = readFileSync(path.join(types, "units", "types.gen.d.ts"), "utf8");
  return new Set([...text.matchAll(/export declare const \w+ = "([^"]*)"/g)].map((match) => match[1]));
}

function* faults(validate, value, where) {
  if (validate(value)) return;
  for (const error of validate.errors) {
    const extra = error.params.additionalProperty ? `: ${error.params.additionalProperty}` : "";
    yield `${where}${error.instancePath} ${error.message}${extra}`;
  }
}

function* panelFaults(made, known, panel) {
  const where = `panel ${panel.id} ${JSON.stringify(panel.title)}`;
  if (panel.type === "row") return;
  const kind = made[panel.type];
  if (!kind) {
    yield `${where}: no schema for ${panel.type}`;
    return;
  }
  yield* faults(kind.options, panel.options, `${where} options`);
  if (kind.custom && panel.fieldConfig.defaults.custom)
    yield* faults(kind.custom, panel.fieldConfig.defaults.custom, `${where} custom`);
  if (!known.has(panel.fieldConfig.defaults.unit)) yield `${where}: ${panel.fieldConfig.defaults.unit} is no unit`;
}

function* dashboardFaults(made, known, dashboard) {
  yield* faults(made.dashboard, dashboard, "");
  for (const panel of dashboard.panels) yield* panelFaults(made, known, panel);
}

const made = validators();
const known = units();
let failed = 0;
for (const file of process.argv.slice(2)) {
  const dashboard = JSON.parse(readFileSync(file, "utf8"));
  const found = [...dashboardFaults(made, known, dashboard)];
  for (const fault of found) console.log(`${file}: ${fault}`);
  failed += found.length;

  // The schema must say no to something, or it says nothing.
  for (const spoil of [
    (copy) => (copy.schemaVersion = "42"),
    (copy) => (copy.panels[1].gridpos = {}),
    (copy) => (copy.panels[1].targets[0].expression = "up"),
    (copy) => delete copy.panels[1].options.reduceOptions,
    (copy) => (copy.panels[1].fieldConfig.defaults.thresholds.mode = "relative"),
  ]) {
    const copy = structuredClone(dashboard);
    copy.panels[1] = structuredClone(copy.panels.find((panel) => panel.type === "stat" || panel.type === "bargauge"));
    spoil(copy);
    if ([...dashboardFaults(made, known, copy)].length <= found.length) {
      console.log(`${file}: the schema does not see ${spoil}`);
      failed += 1;
    }
  }
}
console.log(failed ? `${failed} faults` : `${process.argv.length - 2} dashboards follow the schema`);
process.exit(failed ? 1 : 0);
