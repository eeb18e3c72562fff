//! Shows one state of the real window, with made-up contents: `states NAME ja|en`, or `states --list`.
//!
//! For pictures, and for tests of keyboard and screen reader. What the person does is printed, one line each; secrets are
//! printed by their length only.

mod samples;
mod things;

use std::process::ExitCode;
use std::sync::mpsc::channel;

use inkan_agent::catalogue::Lang;
use inkan_agent_window::fonts::Letters;
use inkan_agent_window::message::{Act, Order, Told};
use inkan_agent_window::stage::Stage;
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
    let (order, orders) = channel();
    let (answers, told) = channel();
    Stage::set(
        &window,
        (lang, Letters::All),
        things::about(),
        orders,
        answers,
    );
    fit::to_screen(&window);
    let shown = Order::Show {
        turn: 1,
        scene: Box::new(sample.scene),
        bank: sample.bank,
    };
    let queue = Order::Queue {
        waiting: sample.waiting,
        refused: sample.refused,
    };
    for one in [shown, queue] {
        let _ = order.send(one);
    }
    window.invoke_poke();
    std::thread::spawn(move || {
        for one in told {
            say(&words(&one));
        }
        drop(order);
    });
    window.run()
}

fn words(told: &Told) -> String {
    match told {
        Told::Answer(answer) => match &answer.act {
            Act::Secrets(secrets) => {
                let lengths: Vec<_> = secrets.iter().map(|s| s.expose().len()).collect();
                format!("{} secrets {lengths:?}", answer.turn)
            }
            act => format!("{} {act:?}", answer.turn),
        },
        Told::Close => "close".to_owned(),
        Told::Link => "link".to_owned(),
    }
}

#[allow(clippy::print_stdout)] // it is what this program is for
fn say(text: &str) {
    println!("{text}");
}
