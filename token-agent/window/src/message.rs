//! Messages between the window's thread and the worker's.

use std::sync::mpsc::Sender;

use inkan_pki::secret::Pin;

use crate::ui::AgentWindow;
use crate::view_model::ViewModel;

/// From the worker to the window.
#[derive(Debug)]
pub enum WindowCommand {
    /// Show a page. Answers refer to its number.
    Show {
        /// Number of the page.
        page_id: i32,
        /// What to show.
        view_model: Box<ViewModel>,
        /// Name of the bank that the page is about.
        bank: Option<String>,
    },
    /// The state of the queue.
    Queue {
        /// Number of links in the queue.
        waiting: usize,
        /// Whether a link was refused because the queue was full.
        refused: bool,
    },
    /// A later start of the program asks for the window.
    ToFront,
    /// End the program.
    Quit,
}

/// The sending end of the window's commands, for any thread.
#[derive(Clone)]
pub struct CommandSender {
    sender: Sender<WindowCommand>,
    window: slint::Weak<AgentWindow>,
}

impl CommandSender {
    /// For this window, which receives from the other end of `sender`.
    #[must_use]
    pub const fn new(sender: Sender<WindowCommand>, window: slint::Weak<AgentWindow>) -> Self {
        Self { sender, window }
    }

    /// Sends a command. A closed window ignores it.
    pub fn send(&self, command: WindowCommand) {
        let _ = self.sender.send(command);
        let _ = self.window.upgrade_in_event_loop(|w| w.invoke_wake());
    }
}

impl std::fmt::Debug for CommandSender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Orders")
    }
}

/// From the window, or a later start of the program, to the worker.
#[derive(Debug)]
pub enum WindowEvent {
    /// A user action.
    PageAnswer(PageAnswer),
    /// The user closed the window.
    Close,
    /// A link was added to the queue.
    Link,
}

/// A user action and the page it belongs to.
#[derive(Debug)]
pub struct PageAnswer {
    /// Number of the page.
    pub page_id: i32,
    /// The action.
    pub act: UserAction,
}

/// The actions of the window.
#[derive(Debug)]
pub enum UserAction {
    /// The primary button.
    Yes,
    /// Cancel, close, back.
    Cancel,
    /// Choose this token or certificate.
    Token(usize),
    /// The contents of the fields, from top to bottom.
    Secrets(Vec<Pin>),
    /// Change the PIN of this token.
    ChangePin(usize),
    /// Unblock this token.
    Unblock(usize),
    /// Delete this entry of this token.
    Delete(usize, usize),
}
