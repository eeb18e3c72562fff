//! From the command line to the open window: which start this is, the two threads, the end.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use inkan_agent::catalogue::{Lang, entry};
use inkan_agent::clock::Clock;
use inkan_agent::config::directory::ConfigDir;
use inkan_agent::config::proxy::{self, System};
use inkan_agent::config::{agent_file, banks, modules};
use inkan_agent::error::{Failure, UsageError};
use inkan_agent::exit::Exit;
use inkan_agent::operations::Context;
use inkan_agent::token::computer::Computer;
use jiff::Timestamp;
use slint::ComponentHandle;

use crate::catalogue::{program as words, queue as queue_words};
use crate::cli::{Cli, Command};
use crate::desk::Desk;
use crate::fonts::{self, Letters};
use crate::instance::{self, First, Start, place};
use crate::message::{Order, Orders, Told};
use crate::queue::{Offer, Queue};
use crate::scene::{About, Scene};
use crate::stage::Stage;
use crate::ui::AgentWindow;
use crate::worker::Worker;
use crate::{backend, fit};

/// How long a busy bank or a broken connection is tried again.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(90);

/// What the environment says.
#[derive(Debug)]
pub struct Surroundings {
    /// Language of the window, to begin with.
    pub lang: Lang,
    /// `XDG_CONFIG_HOME`.
    pub config_home: Option<PathBuf>,
    /// `HOME`.
    pub home: Option<PathBuf>,
    /// `XDG_RUNTIME_DIR`.
    pub runtime: Option<PathBuf>,
    /// The time.
    pub now: Timestamp,
}

/// Runs the program to its end.
#[must_use]
pub fn run(cli: &Cli, around: Surroundings) -> ExitCode {
    let Some(letters) = fonts::letters() else {
        return leave(words::no_fonts(around.lang), Exit::Configuration);
    };
    let lang = match letters {
        Letters::All => around.lang,
        Letters::NoJapanese => Lang::En,
    };
    let usual = ConfigDir::resolve(None, around.config_home.clone(), around.home.clone());
    let config = ConfigDir::resolve(cli.config_dir.clone(), around.config_home, around.home);
    let link = match &cli.command {
        Some(Command::Open { link }) => link.as_deref(),
        Some(Command::OpenPage) | None => None,
    };
    let link = link.filter(|link| !link.is_empty());
    let first = match &config {
        Ok(config) => {
            let is_usual = usual.is_ok_and(|usual| usual.path() == config.path());
            let directory = place::directory(around.runtime, config.path(), !is_usual);
            match instance::start(&directory, link) {
                Start::First(first) => Some(first),
                Start::Later(Offer::Taken) => {
                    return leave(queue_words::handed_over(lang), Exit::Ok);
                }
                Start::Later(Offer::Full) => {
                    return leave(queue_words::full(lang), Exit::Cancelled);
                }
                Start::Later(Offer::Ended) | Start::Unanswered => {
                    return leave(queue_words::unanswered(lang), Exit::Internal);
                }
            }
        }
        Err(_) => None,
    };
    let clock = clock(cli, around.now);
    let opened = Opened::new(lang, letters, config.as_ref().ok());
    let Ok(opened) = opened else {
        return leave(words::no_desktop(lang), Exit::Internal);
    };
    let context = config
        .map_err(Failure::from)
        .and_then(|config| context(config, clock?, lang));
    opened.work(first, link, context)
}

fn clock(cli: &Cli, now: Timestamp) -> Result<Clock, Failure> {
    let Some(text) = &cli.now else {
        return Ok(Clock::default());
    };
    let shown = text.parse().map_err(|_| UsageError::Time)?;
    Ok(Clock::showing(shown, now))
}

fn context(config: ConfigDir, clock: Clock, lang: Lang) -> Result<Context, Failure> {
    let sources = modules::load(&config)?;
    let system = System::of(|name| std::env::var(name).ok());
    Ok(Context {
        ways: proxy::load(&config, &system)?,
        pin_min_length: agent_file::pin_min_length(&config)?,
        config,
        clock,
        lang,
        places: Box::new(Computer::new(sources.modules, sources.piv)),
        wanted: None,
        patience: PATIENCE,
    })
}

/// A window that is open, and both ends of its channels.
struct Opened {
    window: AgentWindow,
    orders: Orders,
    answers: Sender<Told>,
    desk: Desk,
}

impl Opened {
    fn new(
        lang: Lang,
        letters: Letters,
        config: Option<&ConfigDir>,
    ) -> Result<Self, slint::PlatformError> {
        backend::select()?;
        let window = AgentWindow::new()?;
        let (sender, ordered) = channel();
        let (answers, told) = channel();
        Stage::set(
            &window,
            (lang, letters),
            about(config),
            ordered,
            answers.clone(),
        );
        fit::to_screen(&window);
        let orders = Orders::new(sender, window.as_weak());
        let desk = Desk::new(orders.clone(), told);
        Ok(Self {
            window,
            orders,
            answers,
            desk,
        })
    }

    /// Starts the worker, runs the window, and waits for both.
    fn work(
        self,
        first: Option<First>,
        link: Option<&str>,
        context: Result<Context, Failure>,
    ) -> ExitCode {
        let queue = Queue::default();
        if let Some(link) = link {
            let _ = queue.offer(link.to_owned());
        }
        let at_home = link.is_none();
        let (desk, orders) = (self.desk, self.orders);
        let mut first = first;
        if let Some(first) = &mut first {
            let (queue, orders, answers) = (queue.clone(), orders.clone(), self.answers);
            first.listen(move |link| receive(link, &queue, &orders, &answers));
        }
        let worker = thread::spawn(move || match context {
            Ok(context) => Worker {
                desk,
                orders,
                queue,
                context,
                at_home,
            }
            .run(),
            Err(failure) => {
                queue.end();
                only_say(&desk, failure)
            }
        });
        let shown = self.window.run();
        let exit = worker.join().unwrap_or(Exit::Internal);
        drop(first);
        match shown {
            Ok(()) => ExitCode::from(exit.code()),
            Err(_) => ExitCode::from(Exit::Internal.code()),
        }
    }
}

/// A link that a later start brought.
fn receive(link: String, queue: &Queue, orders: &Orders, answers: &Sender<Told>) -> Offer {
    let offer = queue.offer(link);
    let (waiting, refused) = queue.state();
    orders.send(Order::Queue { waiting, refused });
    let _ = answers.send(Told::Link);
    offer
}

/// Without configuration there is nothing to do but to say so.
fn only_say(desk: &Desk, failure: Failure) -> Exit {
    let exit = entry(&failure, Lang::default()).exit;
    desk.end_with(Scene::Failed(Box::new(failure)));
    desk.quit();
    exit
}

fn about(config: Option<&ConfigDir>) -> About {
    let banks = config.and_then(|config| banks::usable(config).ok());
    About {
        config: config.map_or_else(String::new, |c| c.path().display().to_string()),
        banks: banks
            .unwrap_or_default()
            .into_iter()
            .map(|bank| bank.name)
            .collect(),
    }
}

#[allow(clippy::print_stderr)] // there is no window to say it in
fn leave(said: &str, exit: Exit) -> ExitCode {
    eprintln!("{said}");
    ExitCode::from(exit.code())
}
