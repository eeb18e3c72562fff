//! Imports between the modules of one directory have no cycle. For crates whose module order is not defined anywhere
//! else.

use std::collections::{BTreeMap, BTreeSet};

use super::Source;

/// Directories without a cycle between the modules directly in them. A module is a file, or a directory with everything
/// in it.
pub const DIRECTORIES: [&str; 2] = ["pki/src/pkcs11", "hsm-config/src"];

/// What each module imports, by name.
type Graph = BTreeMap<String, BTreeSet<String>>;

/// One violation for each cycle between the modules of `directory`, such as `a → b → a`.
pub fn complaints(directory: &str, sources: &[Source]) -> Vec<String> {
    let graph = graph(directory, sources);
    let mut complaints = Vec::new();
    let (mut done, mut path) = (BTreeSet::new(), Vec::new());
    for module in graph.keys() {
        visit(&graph, module, &mut path, &mut done, &mut complaints);
    }
    let named = complaints.into_iter();
    named.map(|cycle| format!("{directory}: {cycle}")).collect()
}

fn visit(
    graph: &Graph,
    module: &str,
    path: &mut Vec<String>,
    done: &mut BTreeSet<String>,
    complaints: &mut Vec<String>,
) {
    if let Some(start) = path.iter().position(|known| known == module) {
        let mut cycle = path[start..].to_vec();
        cycle.push(module.to_owned());
        complaints.push(cycle.join(" → "));
        return;
    }
    if !done.contains(module) {
        path.push(module.to_owned());
        for imported in &graph[module] {
            visit(graph, imported, path, done, complaints);
        }
        path.pop();
        done.insert(module.to_owned());
    }
}

fn graph(directory: &str, sources: &[Source]) -> Graph {
    let inside = |source: &Source| {
        let path = source.path.strip_prefix(directory)?.strip_prefix('/')?;
        let tests = path.contains("tests/") || path.ends_with("tests.rs");
        (!tests).then(|| path.trim_end_matches(".rs").to_owned())
    };
    let files: Vec<_> = sources
        .iter()
        .filter_map(|source| Some((inside(source)?, source.product_code())))
        .collect();
    let name = |path: &str| path.split('/').next().unwrap_or_default().to_owned();
    let is_root = |path: &str| ["mod", "lib", "main"].contains(&path);
    let mut graph: Graph = files
        .iter()
        .filter(|(path, _)| !is_root(path))
        .map(|(path, _)| (name(path), BTreeSet::new()))
        .collect();
    let exports = files.iter().filter(|(path, _)| is_root(path));
    let exported: BTreeMap<String, String> = exports
        .flat_map(|(_, code)| exports_of(code, &graph))
        .collect();
    let (_, absolute) = directory.split_once("/src").unwrap_or_default();
    let absolute = format!("crate{}::", absolute.replace('/', "::"));
    for (path, code) in files.iter().filter(|(path, _)| !is_root(path)) {
        let below = path.split('/').filter(|part| *part != "mod").count();
        let relative = "super::".repeat(below);
        let names = [absolute.as_str(), relative.as_str()].map(|prefix| names_after(code, prefix));
        for imported in names.into_iter().flatten() {
            let imported = exported.get(&imported).cloned().unwrap_or(imported);
            if imported != name(path) && graph.contains_key(&imported) {
                graph.entry(name(path)).or_default().insert(imported);
            }
        }
    }
    graph
}

/// Names that the root re-exports from its modules: `pub use module::{A, B};`.
fn exports_of(code: &str, graph: &Graph) -> Vec<(String, String)> {
    let mut exports = Vec::new();
    for module in graph.keys() {
        for name in names_after(code, &format!("pub use {module}::")) {
            exports.push((name, module.clone()));
        }
    }
    exports
}

/// The first names after each whole `prefix`, also those of a group `prefix{a, b::c}`.
fn names_after(code: &str, prefix: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in code.match_indices(prefix) {
        // A longer path, or the middle of a name.
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || "_:$".contains(c)) {
            continue;
        }
        match code[at + prefix.len()..].strip_prefix('{') {
            Some(group) => names.extend(first_names(group)),
            None => names.push(identifier(&code[at + prefix.len()..])),
        }
    }
    names
}

fn first_names(group: &str) -> Vec<String> {
    let (mut names, mut depth, mut start) = (Vec::new(), 0_usize, true);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => start = true,
            c if start && !c.is_whitespace() => {
                names.push(identifier(&group[at..]));
                start = false;
            }
            _ => {}
        }
    }
    names
}

fn identifier(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}
