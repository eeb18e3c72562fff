//! The accessibility tree of a program (AT-SPI), as a screen reader receives it.

use serde::Deserialize;

use super::Desktop;
use crate::Outcome;
use crate::programs;

/// A node of the tree.
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
    /// Its children.
    pub children: Vec<Node>,
}

impl Node {
    /// This node and all its descendants.
    pub fn all(&self) -> Vec<&Node> {
        let beneath = self.children.iter().flat_map(Node::all);
        std::iter::once(self).chain(beneath).collect()
    }

    /// The first node with this role whose name begins with this.
    pub fn find(&self, role: &str, name: &str) -> Option<&Node> {
        let fits = |n: &&Node| n.role == role && n.name.starts_with(name);
        self.all().into_iter().find(fits)
    }

    /// All its texts, of whatever property.
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
    /// Announces a listener, as a screen reader does when it starts. Call it before the program starts.
    pub fn enable_accessibility(&self) -> Outcome {
        self.listener(&["listen"]).map(|_| ())
    }

    /// The tree of the program with this name, once `there` holds for it.
    pub fn accessibility_tree(
        &self,
        program: &str,
        there: impl Fn(&Node) -> bool,
    ) -> Outcome<Node> {
        super::wait_for("the accessibility tree", || {
            let output = self.listener(&["tree", program]).ok()?;
            let node: Node = serde_json::from_str(&output).ok()?;
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
