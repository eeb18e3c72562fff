//! From the command line to the open window: the instance check, the two threads, the end.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use inkan_agent::catalogue::{Lang, entry};
use inkan_agent::clock::Clock;
use inkan_agent::config::directory::{ConfigDir, UserDirectories};
use inkan_agent::config::proxy::{self, System};
use inkan_agent::config::{agent_file, banks, modules};
use inkan_agent::driver::HostProgram;
use inkan_agent::error::{Failure, UsageError};
use inkan_agent::exit::Exit;
use inkan_agent::operations::Context;
use inkan_agent::token::local::LocalTokens;
use jiff::Timestamp;
use slint::ComponentHandle;

use crate::catalogue::frame::app;
use crate::catalogue::{program as words, queue as queue_words};
use crate::cli::{Cli, Command};
use crate::controller::WindowController;
use crate::fonts::{self, FontCoverage};
use crate::instance::{self, FirstInstance, Start, directory as instance_directory};
use crate::message::{CommandSender, WindowCommand, WindowEvent};
use crate::queue::{OfferResult, Queue};
use crate::ui::AgentWindow;
use crate::ui_channel::UiChannel;
use crate::view_model::{About, ViewModel};
use crate::worker::Worker;
use crate::{backend, display, fit, notice};

/// How long to retry while the bank is busy or the connection fails.
const RETRY_FOR: std::time::Duration = std::time::Duration::from_secs(90);

/// The process environment.
#[derive(Debug)]
pub struct ProcessEnvironment {
    /// The initial language of the window.
    pub lang: Lang,
    /// Where this user's programs keep their files.
    pub user: UserDirectories,
    /// `XDG_RUNTIME_DIR`.
    pub runtime: Option<PathBuf>,
    /// The time.
    pub now: Timestamp,
}

/// Runs the program to its end.
#[must_use]
pub fn run(cli: &Cli, environment: ProcessEnvironment) -> ExitCode {
    let Some(coverage) = fonts::coverage() else {
        return leave(
            words::no_fonts(environment.lang),
            environment.lang,
            Exit::Configuration,
        );
    };
    let lang = match coverage {
        FontCoverage::Full => environment.lang,
        FontCoverage::LatinOnly => Lang::En,
    };
    let usual = ConfigDir::resolve(None, &environment.user);
    let config = ConfigDir::resolve(cli.config_dir.clone(), &environment.user);
    let link = match &cli.command {
        Some(Command::Open { link }) => link.as_deref(),
        Some(Command::OpenPage) | None => None,
    };
    let link = link.filter(|link| !link.is_empty());
    let first = match &config {
        Ok(config) => {
            let is_usual = usual.is_ok_and(|usual| usual.path() == config.path());
            let directory = instance_directory::path(environment.runtime, config, !is_usual);
            match instance::start(&directory, link) {
                Start::First(first) => Some(first),
                Start::Later(OfferResult::Taken) => {
                    notice::note(queue_words::handed_over(lang));
                    return ExitCode::from(Exit::Ok.code());
                }
                Start::Foreign => {
                    return leave(queue_words::foreign(lang), lang, Exit::NotTrusted);
                }
                Start::OtherRights => {
                    return leave(queue_words::other_rights(lang), lang, Exit::Usage);
                }
                Start::Later(OfferResult::Full) => {
                    return leave(queue_words::full(lang), lang, Exit::Cancelled);
                }
                Start::Later(OfferResult::Ended) | Start::Unanswered => {
                    return leave(queue_words::unanswered(lang), lang, Exit::Internal);
                }
            }
        }
        Err(_) => None,
    };
    if !display::is_usable() {
        return leave(words::no_refresh_rate(lang), lang, Exit::Internal);
    }
    let clock = clock(cli, environment.now);
    let opened = OpenWindow::new(lang, coverage, config.as_ref().ok());
    let Ok(opened) = opened else {
        return leave(words::no_desktop(lang), lang, Exit::Internal);
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
    let drivers = modules::load(&config)?;
    let system = System::current();
    let host = HostProgram::this().ok();
    Ok(Context {
        proxies: proxy::load(&config, &system)?,
        pin_min_length: agent_file::pin_min_length(&config)?,
        config,
        clock,
        lang,
        provider: Box::new(
            LocalTokens::new(host, drivers.modules, drivers.piv).with_system_store(),
        ),
        wanted: None,
        retry_for: RETRY_FOR,
    })
}

/// An open window, and the ends of its channels.
struct OpenWindow {
    window: AgentWindow,
    commands: CommandSender,
    event_sender: Sender<WindowEvent>,
    ui_channel: UiChannel,
}

impl OpenWindow {
    fn new(
        lang: Lang,
        coverage: FontCoverage,
        config: Option<&ConfigDir>,
    ) -> Result<Self, slint::PlatformError> {
        backend::select()?;
        let window = AgentWindow::new()?;
        let (sender, ordered) = channel();
        let (event_sender, events) = channel();
        WindowController::set(
            &window,
            (lang, coverage),
            about(config),
            ordered,
            event_sender.clone(),
        );
        fit::to_screen(&window);
        let commands = CommandSender::new(sender, window.as_weak());
        let ui_channel = UiChannel::new(commands.clone(), events);
        Ok(Self {
            window,
            commands,
            event_sender,
            ui_channel,
        })
    }

    /// Starts the worker, runs the window, and waits for both.
    fn work(
        self,
        first: Option<FirstInstance>,
        link: Option<&str>,
        context: Result<Context, Failure>,
    ) -> ExitCode {
        let queue = Queue::default();
        if let Some(link) = link {
            let _ = queue.offer(link.to_owned());
        }
        let at_home = link.is_none();
        let (ui_channel, commands) = (self.ui_channel, self.commands);
        let mut first = first;
        if let Some(first) = &mut first {
            let (queue, commands, event_sender) =
                (queue.clone(), commands.clone(), self.event_sender);
            first.listen(move |link| receive(link, &queue, &commands, &event_sender));
        }
        let worker = thread::spawn(move || match context {
            Ok(context) => Worker {
                ui_channel,
                commands,
                queue,
                context,
                at_home,
            }
            .run(),
            Err(failure) => {
                queue.end();
                only_say(&ui_channel, failure)
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

/// Accepts a link from a later start.
fn receive(
    link: String,
    queue: &Queue,
    commands: &CommandSender,
    event_sender: &Sender<WindowEvent>,
) -> OfferResult {
    let offer = queue.offer(link);
    let (waiting, refused) = queue.state();
    commands.send(WindowCommand::Queue { waiting, refused });
    commands.send(WindowCommand::ToFront);
    let _ = event_sender.send(WindowEvent::Link);
    offer
}

/// Without a configuration, only shows the failure.
fn only_say(ui_channel: &UiChannel, failure: Failure) -> Exit {
    let exit = entry(&failure, Lang::default()).exit;
    ui_channel.end_with(ViewModel::Failed(Box::new(failure)));
    ui_channel.quit();
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

fn leave(message: &str, lang: Lang, exit: Exit) -> ExitCode {
    notice::show(app(lang), message);
    ExitCode::from(exit.code())
}
