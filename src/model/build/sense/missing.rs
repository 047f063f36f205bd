//! Figures that formulas ask for and nobody gives: one fault for each measure that lacks some, with the lines to add.

use std::collections::BTreeMap;

use crate::ground::{Diagnostic, Span};
use crate::model::build::Builder;
use crate::model::build::contract::kind_word;
use crate::model::build::names::{nearest, suggest};
use crate::model::formula::CountName;

/// A figure that a formula asks for and that is not there.
pub(in crate::model::build) struct MissingFigure {
    /// `lower_threshold`
    pub(in crate::model::build) name: String,
    /// Where it is asked for.
    pub(in crate::model::build) span: Span,
    /// The code of the measure whose figure is asked for; None for the rulebook's.
    pub(in crate::model::build) owner: Option<String>,
    /// The earlier lines of the payment, which may have been meant.
    pub(in crate::model::build) lines: Vec<String>,
}

impl Builder<'_> {
    pub(in crate::model::build) fn report_missing_figures(&mut self) {
        let missing = std::mem::take(&mut self.missing);
        let mut lacking: BTreeMap<Vec<String>, Vec<MissingFigure>> = BTreeMap::new();
        let mut mistyped: BTreeMap<String, Vec<MissingFigure>> = BTreeMap::new();
        let mut owners: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for figure in &missing {
            let of_name = owners.entry(figure.name.clone()).or_default();
            of_name.extend(figure.owner.clone().filter(|owner| !of_name.contains(owner)));
        }
        for figure in missing {
            // What another measure has is spelt right, and this one lacks it; what nobody has may be mistyped.
            let is_known = self.contract.figure_names().any(|known| known == figure.name);
            match figure.owner.clone() {
                Some(owner) if is_known => lacking.entry(vec![owner]).or_default().push(figure),
                Some(_) if self.near(&figure).is_none() => {
                    lacking.entry(owners[&figure.name].clone()).or_default().push(figure);
                }
                _ => mistyped.entry(figure.name.clone()).or_default().push(figure),
            }
        }
        let lacking = lacking.iter().map(|(owners, figures)| self.lacks(owners, figures));
        let faults: Vec<Diagnostic> =
            lacking.chain(mistyped.iter().map(|(name, figures)| self.unheard_of(name, figures))).collect();
        self.faults.extend(faults);
    }

    /// What may have been meant.
    fn near<'s>(&'s self, figure: &'s MissingFigure) -> Option<&'s str> {
        nearest(&figure.name, self.known_beside(figure)).filter(|near| *near != figure.name)
    }

    /// The names that could stand where a figure was asked for.
    fn known_beside<'s>(&'s self, figure: &'s MissingFigure) -> impl Iterator<Item = &'s str> {
        let counts = CountName::ALL.iter().map(|count| count.word()).chain(["list_size"]);
        let lines = figure.lines.iter().map(String::as_str);
        counts.chain(lines).chain(self.contract.figure_names())
    }

    /// Figures that some measures all lack; those of the first stand for the others.
    fn lacks(&self, owners: &[String], figures: &[MissingFigure]) -> Diagnostic {
        let owner = owners.first().map_or("", String::as_str);
        let mut names: Vec<&str> = Vec::new();
        let mut firsts: Vec<&MissingFigure> = Vec::new();
        for figure in figures {
            if !names.contains(&figure.name.as_str()) {
                names.push(&figure.name);
                firsts.push(figure);
            }
        }
        let measure = self.parts.measures.iter().find(|measure| measure.code == owner);
        let place = measure.filter(|_| owners.len() == 1).map_or(firsts[0].span, |measure| measure.span);
        let kind = measure.map_or("indicator", |measure| kind_word(measure.kind));
        let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let which = if let [only] = quoted.as_slice() {
            format!("the figure {only}, which a payment reads")
        } else {
            format!("{} figures that a payment reads: {}", quoted.len(), quoted.join(", "))
        };
        let who = match owners {
            [only] => format!("the {kind} {only} lacks"),
            [others @ .., last] => format!("the {kind}s {} and {last} lack", others.join(", ")),
            [] => "the rulebook lacks".to_owned(),
        };
        let mut fault = Diagnostic::error("E204", place, format!("{who} {which}"));
        for figure in firsts.iter().filter(|figure| figure.span != place) {
            fault = fault.also(figure.span, "read here");
        }
        if let [only] = firsts.as_slice()
            && let Some(near) = self.contract.unread_near(&only.name, owner)
        {
            let help = format!("did you mean `{}` there? no rule reads `{}`", only.name, near.name);
            return fault.also(near.span, "mistyped here, perhaps").help(help);
        }
        let table = format!("[{kind}.{owner}]");
        let lines: Vec<String> = names.iter().map(|name| self.line_of(name)).collect();
        let (file, lines) = (self.numbers_file(), lines.join("\n"));
        let (how, head) = if self.contract.has_table(owner) {
            (format!("add to `{table}` in {file}"), String::new())
        } else {
            (format!("add to {file}"), format!("{table}\n"))
        };
        let each = if owners.len() > 1 { ", the same for each of them" } else { "" };
        fault.help(format!(
            "{how}{each}, or write `{{ none = \"why\", unit = \"…\" }}` for what it does not have:\n{head}{lines}"
        ))
    }

    fn unheard_of(&self, name: &str, figures: &[MissingFigure]) -> Diagnostic {
        let first = &figures[0];
        let mut owners: Vec<&str> = figures.iter().filter_map(|figure| figure.owner.as_deref()).collect();
        owners.dedup();
        let message = match owners.as_slice() {
            [] => format!("the rulebook has no figure or count `{name}`"),
            [only] => format!("`{only}` has no figure or count `{name}`"),
            _ => format!("nothing that this is paid for has a figure or count `{name}`"),
        };
        let mut fault = Diagnostic::error("E204", first.span, message);
        let mut shown = vec![first.span];
        for figure in figures {
            if !shown.contains(&figure.span) {
                shown.push(figure.span);
                fault = fault.also(figure.span, "and here");
            }
        }
        suggest(fault, name, first.span, self.known_beside(first), |fault| {
            let (file, line) = (self.numbers_file(), self.line_of(name));
            fault.help(format!(
                "add to {file}, or write `{{ none = \"why\", unit = \"…\" }}` where there is none:\n[figures]\n{line}"
            ))
        })
    }

    fn numbers_file(&self) -> &str {
        let path = &self.sources.file(self.contract.file).path;
        path.rsplit_once('/').map_or(path.as_str(), |(_, name)| name)
    }

    /// A line for the numbers file, with the unit that the figure has elsewhere.
    fn line_of(&self, name: &str) -> String {
        let known = self.contract.all_figures().find(|figure| figure.name == name);
        let unit = known.map_or("…", |figure| figure.unit_word.as_str());
        format!("{name} = {{ is = …, unit = \"{unit}\", status = \"…\", source = \"…\" }}")
    }
}
