//! The shapes of TOML files as JSON Schema (draft 7), with which editors complete keys and underline faults of form.

use serde_json::{Map, Value, json};

use crate::model::shape::{Key, Kind, Need, Shape};

/// A day as TOML has it: editors hand it on as a text.
const DAY: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";

/// The schema of a file.
pub fn schema(shape: &'static Shape) -> Value {
    let mut schema = Schema { definitions: Map::new() };
    let mut root = schema.object(shape);
    root.insert("$schema".into(), "http://json-schema.org/draft-07/schema#".into());
    root.insert("title".into(), shape.name.into());
    root.insert("definitions".into(), Value::Object(schema.definitions));
    Value::Object(root)
}

/// The tables that were met on the way.
struct Schema {
    definitions: Map<String, Value>,
}

impl Schema {
    fn object(&mut self, shape: &'static Shape) -> Map<String, Value> {
        let properties = shape.keys.iter().map(|key| (key.name.to_owned(), self.property(key)));
        let properties: Map<String, Value> = properties.collect();
        let required = shape.keys.iter().filter(|key| key.need == Need::Must).map(|key| key.name);
        let mut object = Map::new();
        object.insert("type".into(), "object".into());
        object.insert("description".into(), shape.says.into());
        object.insert("properties".into(), Value::Object(properties));
        object.insert("required".into(), required.collect());
        object.insert("additionalProperties".into(), false.into());
        if !shape.one_of.is_empty() {
            object.insert("oneOf".into(), shape.one_of.iter().map(|key| json!({ "required": [key] })).collect());
        }
        if !shape.needs.is_empty() {
            let needs = shape.needs.iter().map(|needs| {
                let is = if needs.if_number { json!({ "type": "number" }) } else { json!({}) };
                let condition = json!({ "required": [needs.key], "properties": { needs.key: is } });
                json!({ "if": condition, "then": { "required": needs.then } })
            });
            object.insert("allOf".into(), needs.collect());
        }
        object
    }

    fn property(&mut self, key: &'static Key) -> Value {
        let mut value = self.value(&key.kind);
        if let Some(value) = value.as_object_mut() {
            value.insert("description".into(), key.says.into());
        }
        value
    }

    fn value(&mut self, kind: &'static Kind) -> Value {
        match kind {
            Kind::Text => json!({ "type": "string" }),
            Kind::OneOf(words) => json!({ "enum": words() }),
            Kind::Whole => json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }),
            Kind::Truth => json!({ "type": "boolean" }),
            Kind::Date => json!({ "type": "string", "pattern": DAY }),
            Kind::Figure => json!({ "anyOf": [{ "type": "number" }, { "type": "string", "pattern": DAY }] }),
            Kind::Amount => amount(),
            Kind::NamedAmounts => json!({ "type": "object", "additionalProperties": amount() }),
            Kind::Texts => json!({ "type": "array", "items": { "type": "string" } }),
            Kind::Dates => json!({ "type": "array", "items": { "type": "string", "pattern": DAY } }),
            // Beside a reference, nothing else is looked at.
            Kind::Table(shape) => json!({ "allOf": [self.reference(shape)] }),
            Kind::NamedLists => json!({
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "additionalProperties": { "type": "array", "items": { "type": "string" } },
                },
            }),
            Kind::NamedTexts => json!({ "type": "object", "additionalProperties": { "type": "string" } }),
            Kind::Named(shape) => json!({ "type": "object", "additionalProperties": self.reference(shape) }),
            Kind::NamedByMeasure(shape) => {
                let named = json!({ "type": "object", "additionalProperties": self.reference(shape) });
                json!({ "type": "object", "additionalProperties": named })
            }
            Kind::ByConcept(shape) => json!({
                "type": "object",
                "propertyNames": { "pattern": "^[1-9][0-9]{5,17}$" },
                "additionalProperties": self.reference(shape),
            }),
            Kind::ListOf { told, otherwise } => {
                let last = self.reference(otherwise);
                let items = told.iter().rev().fold(last, |rest, (key, shape)| {
                    json!({ "type": "object", "if": { "required": [key] }, "then": self.reference(shape), "else": rest })
                });
                json!({ "type": "array", "items": items })
            }
        }
    }

    fn reference(&mut self, shape: &'static Shape) -> Value {
        if !self.definitions.contains_key(shape.name) {
            // A shape that leads back to itself is met only once.
            self.definitions.insert(shape.name.to_owned(), Value::Null);
            let object = self.object(shape);
            self.definitions.insert(shape.name.to_owned(), Value::Object(object));
        }
        json!({ "$ref": format!("#/definitions/{}", shape.name) })
    }
}

/// An exact amount: a number, a decimal or a fraction.
fn amount() -> Value {
    let decimal = "-?[0-9]+([.][0-9]+)?";
    let text = json!({ "type": "string", "pattern": format!("^{decimal}(/{decimal})?$") });
    json!({ "anyOf": [{ "type": "number" }, text] })
}
