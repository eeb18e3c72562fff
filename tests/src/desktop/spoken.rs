//! What a screen reader receives: the complete accessibility tree of a program (AT-SPI).

use serde::Deserialize;

use super::Desktop;
use crate::Outcome;
use crate::programs;

/// One thing in the tree.
#[derive(Debug, Clone, Deserialize)]
pub struct Node {
    /// Its role, such as `push button`.
    pub role: String,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: String,
    /// Its other properties: text, value, attributes.
    pub other: Vec<String>,
    /// Whether it has the keyboard focus.
    pub focused: bool,
    /// What is in it.
    pub children: Vec<Node>,
}

impl Node {
    /// This element and all its descendants.
    pub fn all(&self) -> Vec<&Node> {
        let beneath = self.children.iter().flat_map(Node::all);
        std::iter::once(self).chain(beneath).collect()
    }

    /// The first element with this role whose name begins with this.
    pub fn find(&self, role: &str, name: &str) -> Option<&Node> {
        let fits = |n: &&Node| n.role == role && n.name.starts_with(name);
        self.all().into_iter().find(fits)
    }

    /// Every text in it, of any kind.
    pub fn texts(&self) -> Vec<&str> {
        self.all()
            .into_iter()
            .flat_map(|n| {
                let own = [n.name.as_str(), n.description.as_str()];
                own.into_iter().chain(n.other.iter().map(String::as_str))
            })
            .collect()
    }
}

impl Desktop {
    /// Announces a listener, as a screen reader does when it starts. Must be called before the program starts.
    pub fn start_listening(&self) -> Outcome {
        self.listener(&["listen"]).map(|_| ())
    }

    /// The tree of the program with this name, once `there` is true for it.
    pub fn spoken(&self, program: &str, there: impl Fn(&Node) -> bool) -> Outcome<Node> {
        super::wait_for("the accessibility tree", || {
            let said = self.listener(&["tree", program]).ok()?;
            let node: Node = serde_json::from_str(&said).ok()?;
            there(&node).then_some(node)
        })
    }

    fn listener(&self, arguments: &[&str]) -> Outcome<String> {
        let script = programs::repository().join("tests/desktop/listener.py");
        let mut command = self.command("python3");
        command.arg(script).args(arguments);
        programs::run(&mut command)?.expect_well()
    }
}
