//! The agent as a native window: the operations of the terminal program with their own user interface.
//!
//! There are two threads: the window's, which only draws and forwards user actions, and the worker's, which runs one
//! operation after another. The window never accesses a token or a bank.
//!
//! - [`cli`], [`program`]: the command line, and the start of the program
//! - [`view_model`]: what is shown, as data
//! - [`catalogue`]: every sentence, in Japanese and English
//! - [`view`]: from a view model to what the window draws
//! - [`controller`]: the window's thread
//! - [`ui_channel`]: the worker's end of the channel to the window
//! - [`window_interface`]: the user interface of an operation
//! - [`worker`]: which operation runs when
//! - [`actions`]: the actions of the buttons in the list of tokens
//! - [`queue`]: the queue of links
//! - [`instance`]: one window per user
//! - [`backend`], [`display`]: the renderer, and what it needs
//! - [`fonts`], [`fit`], [`input_method`]: missing fonts, small screens, input methods
//! - [`front`], [`notice`], [`palette`]: the foreground, messages without a window, the high-contrast theme
//! - [`browser_page`]: the bank's page in the browser
//! - [`message`]: messages between the threads
//! - [`ui`]: the window, generated from `ui/window.slint`

pub mod actions;
pub mod backend;
pub mod browser_page;
pub mod catalogue;
pub mod cli;
pub mod controller;
pub mod display;
pub mod fit;
pub mod fonts;
pub mod front;
pub mod input_method;
pub mod instance;
pub mod message;
pub mod notice;
pub mod palette;
pub mod program;
pub mod queue;
mod typing;
pub mod ui;
pub mod ui_channel;
pub mod view;
pub mod view_model;
pub mod window_interface;
pub mod worker;
