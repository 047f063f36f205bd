//! The `uptake` command.
fn main() {
    let mut sources = uptake::ground::Sources::default();
    let mut paths: Vec<_> = std::env::args().skip(1).collect();
    paths.sort();
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        sources.add(path.strip_prefix("rules/").unwrap().to_owned(), text.clone());
    }
    let library = uptake::model::Library::new(sources);
    for name in library.names() {
        let checked = library.check(&name);
        eprintln!("{name}: {:?}", checked.book.as_ref().map(|b| (b.conditions.len(), b.dates.len(), b.programs.len(), b.digest[..8].to_owned())));
        for fault in checked.diagnostics { eprintln!("  {} {} line {}: {} {:?}", fault.code, library.sources().file(fault.place.file).path, library.sources().line(fault.place), fault.message, fault.help); }
    }
}
