//! The agent as a native window: the same operations as in a terminal, asked and told in a window of its own.
//!
//! Two threads: the window's, which only paints and passes on what the person does, and the worker's, which runs one
//! operation after the other. The window never talks to a token or a bank.
//!
//! - [`cli`], [`program`]: the command line, and what becomes of it
//! - [`scene`]: what is shown, as data
//! - [`catalogue`]: every sentence, in Japanese and English
//! - [`view`]: from a scene to what the window draws
//! - [`stage`]: the window's thread
//! - [`desk`]: the worker's side of the window: show, ask, wait
//! - [`person`]: the operation's questions, answered in the window
//! - [`worker`]: which operation runs when
//! - [`deeds`]: what the buttons of the list of tokens stand for
//! - [`queue`]: links that wait their turn
//! - [`instance`]: one window for each user
//! - [`backend`]: which part of the toolkit draws
//! - [`fonts`], [`fit`], [`input_method`]: letters to write with, screens that are small, input methods that hang
//! - [`page`]: the bank's page in the browser
//! - [`message`]: what passes between the threads
//! - [`ui`]: the window itself, made from `ui/window.slint`

pub mod backend;
pub mod catalogue;
pub mod cli;
pub mod deeds;
pub mod desk;
pub mod fit;
pub mod fonts;
pub mod input_method;
pub mod instance;
pub mod message;
pub mod page;
pub mod person;
pub mod program;
pub mod queue;
pub mod scene;
pub mod stage;
mod typing;
pub mod ui;
pub mod view;
pub mod worker;
