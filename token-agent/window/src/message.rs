//! What passes between the window's thread and the one that does the work.

use std::sync::mpsc::Sender;

use inkan_pki::secret::Pin;

use crate::scene::Scene;
use crate::ui::AgentWindow;

/// From the work to the window.
#[derive(Debug)]
pub enum Order {
    /// Show this; answers name its turn.
    Show {
        /// Number of the page.
        turn: i32,
        /// What to show.
        scene: Box<Scene>,
        /// Name of the bank it is about.
        bank: Option<String>,
    },
    /// Links wait, or one was refused.
    Queue {
        /// How many wait.
        waiting: usize,
        /// One too many came.
        refused: bool,
    },
    /// The end.
    Quit,
}

/// The way to the window, from any thread.
#[derive(Clone)]
pub struct Orders {
    sender: Sender<Order>,
    window: slint::Weak<AgentWindow>,
}

impl Orders {
    /// To this window, which reads its orders from the other end of `sender`.
    #[must_use]
    pub const fn new(sender: Sender<Order>, window: slint::Weak<AgentWindow>) -> Self {
        Self { sender, window }
    }

    /// Sends one. A window that is gone shows nothing any more.
    pub fn send(&self, order: Order) {
        let _ = self.sender.send(order);
        let _ = self.window.upgrade_in_event_loop(|w| w.invoke_poke());
    }
}

impl std::fmt::Debug for Orders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Orders")
    }
}

/// From the window, or the second start of the program, to the work.
#[derive(Debug)]
pub enum Told {
    /// The person did something.
    Answer(Answer),
    /// The person closed the window.
    Close,
    /// A link came into the queue.
    Link,
}

/// What the person did, and on which page.
#[derive(Debug)]
pub struct Answer {
    /// Number of the page.
    pub turn: i32,
    /// The deed.
    pub act: Act,
}

/// What can be done in the window.
#[derive(Debug)]
pub enum Act {
    /// The primary button.
    Yes,
    /// Cancel, close, back.
    Cancel,
    /// This one of the tokens, or of the certificates.
    Token(usize),
    /// What the fields hold, from top to bottom.
    Secrets(Vec<Pin>),
    /// Change the PIN of this token.
    ChangePin(usize),
    /// Unblock this token.
    Unblock(usize),
    /// Delete what stands there.
    Delete(usize, usize),
}
