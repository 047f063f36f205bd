//! The `uptake` command.
fn main() {
    for path in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut sources = uptake::ground::Sources::default();
        let file = sources.add(path.clone(), text.clone());
        let (tree, faults) = uptake::syntax::read_rules(file, &text);
        eprintln!("{path}: {} blocks", tree.blocks.len());
        for fault in faults { eprintln!("  {} line {}: {} {:?}", fault.code, sources.line(fault.place), fault.message, fault.help); }
    }
}
