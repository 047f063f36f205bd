//! Things of two lists that have the same name, and those that only one list has.

/// A thing of one list, with the one of the same name in the other.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pair<'a, T> {
    /// Only in the old list.
    Old(&'a T),
    /// Only in the new list.
    New(&'a T),
    /// In both.
    Both(&'a T, &'a T),
}

/// The things of two lists by their names: in the new list's order, then those that are no longer there.
pub(super) fn pairs<'a, T, K: PartialEq>(old: &'a [T], new: &'a [T], name: impl Fn(&T) -> K) -> Vec<Pair<'a, T>> {
    let in_old = |thing: &T| old.iter().find(|other| name(other) == name(thing));
    let in_new = |thing: &T| new.iter().any(|other| name(other) == name(thing));
    let kept = new.iter().map(|thing| match in_old(thing) {
        Some(before) => Pair::Both(before, thing),
        None => Pair::New(thing),
    });
    kept.chain(old.iter().filter(|thing| !in_new(thing)).map(Pair::Old)).collect()
}

/// The names that both lists have, in each list's order, if the orders differ.
pub(super) fn reordered(old: &[&str], new: &[&str]) -> Option<(String, String)> {
    let common = |names: &[&str], others: &[&str]| -> Vec<String> {
        names.iter().filter(|name| others.contains(name)).map(|name| (*name).to_owned()).collect()
    };
    let (old, new) = (common(old, new), common(new, old));
    (old != new).then(|| (old.join(", "), new.join(", ")))
}

/// The names that only the old list has, and those that only the new one has.
pub(super) fn gone_and_come(old: &[String], new: &[String]) -> (Vec<String>, Vec<String>) {
    let beside = |names: &[String], others: &[String]| -> Vec<String> {
        names.iter().filter(|name| !others.contains(name)).cloned().collect()
    };
    (beside(old, new), beside(new, old))
}
