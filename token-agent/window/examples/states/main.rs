//! Shows one state of the real window with sample contents: `states NAME ja|en`, or `states --list`.
//!
//! For screenshots, and for tests of keyboard and screen reader. Each user action is printed on a line; of secrets only
//! the length.

mod fixtures;
mod samples;

use std::process::ExitCode;
use std::sync::mpsc::channel;

use inkan_agent::catalogue::Lang;
use inkan_agent_window::controller::WindowController;
use inkan_agent_window::fonts::FontCoverage;
use inkan_agent_window::message::{UserAction, WindowCommand, WindowEvent};
use inkan_agent_window::{backend, fit, ui::AgentWindow};
use slint::ComponentHandle;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let name = arguments.first().map_or("--list", String::as_str);
    if name == "--list" {
        samples::NAMES.iter().for_each(|name| say(name));
        return ExitCode::SUCCESS;
    }
    let lang = Lang::from_locale(arguments.get(1).map_or("en", String::as_str));
    let Some(sample) = samples::named(name) else {
        say(&format!("there is no state {name}"));
        return ExitCode::FAILURE;
    };
    match show(sample, lang) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn show(sample: samples::Sample, lang: Lang) -> Result<(), slint::PlatformError> {
    backend::select()?;
    let window = AgentWindow::new()?;
    let (command, commands) = channel();
    let (event_sender, events) = channel();
    WindowController::set(
        &window,
        (lang, FontCoverage::Full),
        fixtures::about(),
        commands,
        event_sender,
    );
    fit::to_screen(&window);
    let shown = WindowCommand::Show {
        page_id: 1,
        view_model: Box::new(sample.view_model),
        bank: sample.bank,
    };
    let queue = WindowCommand::Queue {
        waiting: sample.waiting,
        refused: sample.refused,
    };
    for one in [shown, queue] {
        let _ = command.send(one);
    }
    window.invoke_wake();
    std::thread::spawn(move || {
        for one in events {
            say(&words(&one));
        }
        drop(command);
    });
    window.run()
}

fn words(events: &WindowEvent) -> String {
    match events {
        WindowEvent::PageAnswer(answer) => match &answer.act {
            UserAction::Secrets(secrets) => {
                let lengths: Vec<_> = secrets.iter().map(|s| s.expose().len()).collect();
                format!("{} secrets {lengths:?}", answer.page_id)
            }
            act => format!("{} {act:?}", answer.page_id),
        },
        WindowEvent::Close => "close".to_owned(),
        WindowEvent::Link => "link".to_owned(),
    }
}

#[allow(clippy::print_stdout)] // it is what this program is for
fn say(text: &str) {
    println!("{text}");
}
