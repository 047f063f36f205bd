"""Writes all mutants that cargo-mutants lists into one copy of the program: each function that has any asks at its start which of
them is on, and runs the body that it has then. One build serves all of them."""

from collections import defaultdict
from pathlib import Path

SWITCH = """
/// Which mutant is on, as `UPTAKE_MUTANT` says it, and which functions with mutants are run, for `UPTAKE_MUTANTS_REACHED`.
pub mod mutant_switch {
    use std::io::Write;
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicBool, Ordering};

    static ON: LazyLock<u32> =
        LazyLock::new(|| std::env::var("UPTAKE_MUTANT").map_or(0, |number| number.parse().unwrap()));
    static TOLD_IN: LazyLock<Option<std::ffi::OsString>> =
        LazyLock::new(|| std::env::var_os("UPTAKE_MUTANTS_REACHED"));
    static REACHED: [AtomicBool; FUNCTIONS] = [const { AtomicBool::new(false) }; FUNCTIONS];

    pub fn on(function: usize) -> u32 {
        if let Some(path) = &*TOLD_IN
            && !REACHED[function].swap(true, Ordering::Relaxed)
        {
            let mut file = std::fs::OpenOptions::new().append(true).create(true).open(path).unwrap();
            file.write_all(format!("{function}\\n").as_bytes()).unwrap();
        }
        *ON
    }

    /// What a function gives that promises some iterator: the arms' iterators are of different types.
    pub enum Either<L, R> {
        Left(L),
        Right(R),
    }

    impl<I, L: Iterator<Item = I>, R: Iterator<Item = I>> Iterator for Either<L, R> {
        type Item = I;

        fn next(&mut self) -> Option<I> {
            match self {
                Either::Left(left) => left.next(),
                Either::Right(right) => right.next(),
            }
        }
    }
}
"""


class Text:
    """A source file, with its places as offsets."""

    def __init__(self, path):
        self.text = path.read_text()
        self.starts = [0]
        for line in self.text.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))

    def span(self, span):
        return tuple(self.starts[span[end]["line"] - 1] + span[end]["column"] - 1 for end in ("start", "end"))


def past_token(text, at):
    """The offset behind the comment, text or sign at an offset."""
    if text.startswith("//", at):
        return text.index("\n", at)
    if text[at] == '"':
        at += 1
        while text[at] != '"':
            at += 2 if text[at] == "\\" else 1
    return at + 1


def body_start(text, start):
    """Where the body of the function that starts at an offset begins: its first brace outside all brackets."""
    depth, at = 0, start
    while depth or text[at] != "{":
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(text[at], 0)
        at = past_token(text, at)
    return at


def by_function(mutants, root):
    """The mutants of each function, by its file and the offsets of its body; and the files."""
    functions = defaultdict(list)
    texts = {}
    for number, mutant in mutants.items():
        name = mutant["file"]
        text = texts.setdefault(name, Text(root / name))
        start, end = text.span(mutant["function"]["span"])
        functions[name, body_start(text.text, start), end].append((number, mutant))
    return functions, texts


def arms_of(text, start, end, mutants):
    """The bodies of a function: its own, and each mutant's."""
    body = text.text[start:end]
    for number, mutant in mutants:
        first, last = text.span(mutant["span"])
        yield number, body[: first - start] + mutant["replacement"] + body[last - start :]


def switched(function, text, start, end, mutants):
    """A function's body that asks which mutant is on, and on which of its lines each mutant stands."""
    gives_some_iterator = "impl " in mutants[0][1]["function"]["return_type"]
    lines = [f"{{ match crate::mutant_switch::on({function}) {{"]
    places = {}
    arms = list(arms_of(text, start, end, mutants)) + [("_", text.text[start:end])]
    for at, (number, body) in enumerate(arms):
        if gives_some_iterator:
            either = "crate::mutant_switch::Either::"
            body = f"{either}Left({body})" if at + 1 < len(arms) else body
            body = f"{either}Right(" * at + body + ")" * at
        arm = f"{number} => {body},".split("\n")
        places[number] = (len(lines), len(lines) + len(arm))
        lines += arm
    return "\n".join([*lines, "}}"]), places


def program(mutants, root):
    """The files that differ from the root's where all mutants are in; which lines of a file are which mutant's; and the number of
    each mutant's function."""
    functions, texts = by_function(mutants, root)
    places, function_of, changed, done = defaultdict(list), {}, defaultdict(str), defaultdict(int)
    for function, (name, start, end) in enumerate(sorted(functions)):
        its = functions[name, start, end]
        body, arms = switched(function, texts[name], start, end, its)
        changed[name] += texts[name].text[done[name] : start]
        first = changed[name].count("\n") + 1
        places[name] += [(first + a, first + b, number) for number, (a, b) in arms.items() if number != "_"]
        changed[name] += body
        done[name] = end
        function_of |= {number: function for number, _ in its}
    files = {name: text + texts[name].text[done[name] :] for name, text in changed.items()}
    files["src/lib.rs"] = (root / "src/lib.rs").read_text() + SWITCH.replace("FUNCTIONS", str(len(functions)))
    return files, places, function_of
