//! Writes the lists of the shipped rule files and of the pages on faults, so that the binary carries them and needs no
//! folder beside it.

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=rules");
    println!("cargo:rerun-if-changed=grammar");
    let root = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let rules = Path::new(&root).join("rules");
    let mut paths = Vec::new();
    collect(&rules, &rules, &mut paths)?;
    paths.sort();
    let mut list = String::from("&[\n");
    for path in paths {
        list += &format!("    ({path:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/rules/{path}\"))),\n");
    }
    list += "]\n";
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    fs::write(Path::new(&out).join("built_in_rules.rs"), list)?;
    fs::write(Path::new(&out).join("fault_pages.rs"), fault_pages(Path::new(&root))?)
}

/// `docs/faults/E203.md` explains E203.
fn fault_pages(root: &Path) -> io::Result<String> {
    let folder = root.join("docs/faults");
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut codes = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let is_code = stem.len() == 4 && stem.starts_with(['E', 'W']);
        if is_code && path.extension().is_some_and(|extension| extension == "md") {
            codes.push(stem);
        }
    }
    codes.sort();
    let page = |code: &String| {
        let path = format!("concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/docs/faults/{code}.md\")");
        format!("    Page {{ code: {code:?}, text: include_str!({path}) }},\n")
    };
    Ok(format!("&[\n{}]\n", codes.iter().map(page).collect::<String>()))
}

fn collect(root: &Path, folder: &Path, paths: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_rule_file = path.extension().is_some_and(|extension| extension == "toml" || extension == "rules");
        if path.is_dir() {
            println!("cargo:rerun-if-changed={}", path.display());
            collect(root, &path, paths)?;
        } else if is_rule_file {
            let below = path.strip_prefix(root).map_err(io::Error::other)?;
            let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
            paths.push(parts.join("/"));
        }
    }
    Ok(())
}
