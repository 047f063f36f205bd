//! Code clusters and word lists: what counts as the things that the rules name.

use crate::model::book::{Cluster, Code};
use crate::model::difference::pairs::{Pair, gone_and_come, pairs};
use crate::model::difference::{Comparing, Grade, Said, Subject, What};
use crate::model::pathway::{Thing, WordList};

impl Comparing<'_> {
    /// Clusters that both rulebooks name. One that a single one names is part of what its rules say.
    pub(super) fn clusters(&mut self) {
        let (old, new) = (self.old, self.new);
        for pair in pairs(&old.clusters, &new.clusters, |cluster| cluster.name.clone()) {
            if let Pair::Both(a, b) = pair {
                self.cluster(a, b);
            }
        }
    }

    fn cluster(&mut self, a: &Cluster, b: &Cluster) {
        let subject = Subject::Cluster(b.name.clone());
        self.texts(&subject, What::Title, Grade::Wording, Some(&a.title), Some(&b.title));
        let note = |cluster: &Cluster| {
            format!(
                "{}{}",
                if cluster.complete { "complete" } else { "not complete" },
                match cluster.note.trim() {
                    "" => String::new(),
                    note => format!(": {note}"),
                }
            )
        };
        self.texts(&subject, What::ClusterNote, Grade::Wording, Some(&note(a)), Some(&note(b)));
        for pair in pairs(&a.codes, &b.codes, |code| code.id) {
            let said = |code: &Code| Some(Said::text(&code.term));
            match pair {
                Pair::Old(code) => self.change(&subject, What::Code(code.id), Grade::Codes, said(code), None),
                Pair::New(code) => self.change(&subject, What::Code(code.id), Grade::Codes, None, said(code)),
                Pair::Both(a, b) => {
                    let told = |code: &Code| format!("{} ({})", code.term, code.source);
                    self.texts(&subject, What::CodeTerm(a.id), Grade::Wording, Some(&told(a)), Some(&told(b)));
                }
            }
        }
    }

    pub(super) fn word_lists(&mut self) {
        let (old, new) = (self.old, self.new);
        for pair in pairs(&old.word_lists, &new.word_lists, |list| list.name.clone()) {
            let names = |list: &WordList| {
                let names: Vec<&str> = list.things.iter().map(|thing| thing.name.as_str()).collect();
                Some(Said::text(names.join(", ")))
            };
            match pair {
                Pair::Old(list) => {
                    self.change(&Subject::WordList(list.name.clone()), What::Whole, Grade::Codes, names(list), None);
                }
                Pair::New(list) => {
                    self.change(&Subject::WordList(list.name.clone()), What::Whole, Grade::Codes, None, names(list));
                }
                Pair::Both(a, b) => self.things(a, b),
            }
        }
    }

    fn things(&mut self, a: &WordList, b: &WordList) {
        let subject = Subject::WordList(b.name.clone());
        let ways = |thing: Option<&Thing>| -> Vec<String> {
            thing.iter().flat_map(|thing| &thing.ways).map(|way| way.join(" ")).collect()
        };
        for pair in pairs(&a.things, &b.things, |thing| thing.name.clone()) {
            let (name, before, after) = match pair {
                Pair::Old(thing) => (&thing.name, Some(thing), None),
                Pair::New(thing) => (&thing.name, None, Some(thing)),
                Pair::Both(before, after) => (&after.name, Some(before), Some(after)),
            };
            let (gone, come) = gone_and_come(&ways(before), &ways(after));
            for way in gone {
                self.change(&subject, What::Way(name.clone()), Grade::Codes, Some(Said::text(way)), None);
            }
            for way in come {
                self.change(&subject, What::Way(name.clone()), Grade::Codes, None, Some(Said::text(way)));
            }
        }
    }
}
