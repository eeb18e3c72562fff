//! The states by name.

use inkan_agent::error::{BankError, Failure, TokenError, Unreachable};
use inkan_agent::keystore::capabilities::{Admin, Unblock};
use inkan_agent::keystore::view::PinState;
use inkan_agent::output::event::{Step, Work};
use inkan_agent::output::outcome::{Outcome, TokenContent};
use inkan_agent::prompt::question::{Question, SecretKind, SecretQuestion};
use inkan_agent_window::view_model::home::{CompletedAction, Home};
use inkan_agent_window::view_model::progress::{Progress, RetryNotice};
use inkan_agent_window::view_model::secrets::{PinProblem, Secrets};
use inkan_agent_window::view_model::{ViewModel, Waiting};
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::messages::link::{Action, LinkError};

use crate::fixtures::{
    BANK, about, alike, broken, card, empty, enrolled, entry, foreign, full, locked, module,
    new_pin, now, refusal, request, stick, unnamed,
};

/// One state.
pub(crate) struct Sample {
    pub(crate) view_model: ViewModel,
    pub(crate) bank: Option<String>,
    pub(crate) waiting: usize,
    pub(crate) refused: bool,
}

/// All states.
pub(crate) const NAMES: [&str; 46] = [
    "waiting-bank",
    "waiting-tokens",
    "stopping",
    "consent",
    "consent-renew",
    "consent-unseal",
    "consent-login",
    "consent-queued",
    "choose",
    "choose-alike",
    "choose-none",
    "choose-certificate",
    "pin",
    "pin-low",
    "pin-last",
    "pin-again",
    "pin-pad",
    "so-pin",
    "management-key",
    "change-pin",
    "change-pin-differ",
    "unblock",
    "new-pin",
    "progress-key",
    "progress-certificate",
    "progress-write",
    "progress-waiting",
    "working",
    "done",
    "cancelled",
    "failed-link",
    "failed-pin",
    "failed-locked",
    "failed-removed",
    "failed-unreachable",
    "failed-not-trusted",
    "failed-refused",
    "home",
    "home-locked",
    "home-none",
    "home-failure",
    "home-changed",
    "delete",
    "delete-last",
    "overwrite",
    "about",
];

/// The state with this name.
pub(crate) fn named(name: &str) -> Option<Sample> {
    let about_bank = !name.starts_with("home") && !name.starts_with("waiting") && name != "about";
    Some(Sample {
        view_model: view_model(name)?,
        bank: about_bank.then(|| BANK.to_owned()),
        waiting: usize::from(name.ends_with("-queued")) * 2,
        refused: name.ends_with("-queued"),
    })
}

fn view_model(name: &str) -> Option<ViewModel> {
    let failed = |failure: Failure| ViewModel::Failed(Box::new(failure));
    Some(match name {
        "waiting-bank" => ViewModel::Waiting(Waiting::Bank),
        "waiting-tokens" => ViewModel::Waiting(Waiting::Tokens),
        "stopping" => ViewModel::Waiting(Waiting::Stopping),
        "consent" | "consent-queued" => ask(Question::Request(request(Action::Enroll))),
        "consent-login" => ask(Question::Request(request(Action::Login))),
        "consent-unseal" => ask(Question::Request(request(Action::Unseal))),
        "consent-renew" => ask(Question::Request(request(Action::Renew))),
        "choose" => ViewModel::Choose(vec![card(), stick(), module()]),
        "choose-alike" => ViewModel::Choose(alike()),
        "choose-none" => ViewModel::Choose(Vec::new()),
        "choose-certificate" => {
            ViewModel::ChooseCertificate(vec![entry("02", -1, 364), entry("01", -340, 25)])
        }
        "pin" => secret(
            SecretKind::Pin,
            PinState {
                min_length: 6,
                max_length: 8,
                ..PinState::counted(3, 3)
            },
        ),
        "pin-low" => secret(SecretKind::Pin, PinState::counted(2, 3)),
        "pin-last" => secret(SecretKind::Pin, PinState::counted(1, 3)),
        "pin-again" => again(),
        "pin-pad" => ViewModel::PinPad(card()),
        "so-pin" => secret(SecretKind::Admin(Admin::SoPin), PinState::UNKNOWN),
        "management-key" => secret(SecretKind::Admin(Admin::ManagementKey), PinState::UNKNOWN),
        "change-pin" => both(
            SecretKind::CurrentPin,
            PinState {
                factory: true,
                ..PinState::counted(3, 3)
            },
            None,
        ),
        "change-pin-differ" => both(
            SecretKind::CurrentPin,
            PinState::counted(3, 3),
            Some(PinProblem::Mismatch),
        ),
        "unblock" => both(
            SecretKind::Unblock(Unblock::Puk),
            PinState::counted(2, 3),
            None,
        ),
        "new-pin" => ViewModel::Secrets(Box::new(Secrets {
            present: None,
            new: Some(new_pin()),
            problem: Some(PinProblem::TooShort(6)),
        })),
        "progress-key" => progress(
            &[],
            Work::GeneratingKey {
                algorithm: KeyAlgorithm::Rsa2048,
            },
            None,
        ),
        "progress-certificate" => progress(&[Step::KeyMade], Work::RequestingCertificate, None),
        "progress-write" => progress(
            &[Step::KeyMade, Step::CertificateReceived],
            Work::Writing,
            None,
        ),
        "progress-waiting" => progress(
            &[Step::KeyMade],
            Work::RequestingCertificate,
            Some(RetryNotice {
                seconds: 8,
                attempt: 2,
            }),
        ),
        "working" => ViewModel::Progress(Progress::default()),
        "done" => ViewModel::Done(Box::new(Outcome::Enrolled(enrolled()))),
        "cancelled" => failed(Failure::Cancelled),
        "failed-link" => failed(Failure::Link(LinkError::OtherScheme)),
        "failed-pin" => failed(Failure::Token(TokenError::PinWrong {
            last_try: true,
            tries_left: Some(1),
        })),
        "failed-locked" => failed(Failure::Token(TokenError::PinLocked)),
        "failed-removed" => failed(Failure::Token(TokenError::Removed)),
        "failed-unreachable" => failed(Failure::Bank(BankError::Unreachable {
            host: "bank.example:8443".to_owned(),
            how: Unreachable::Timeout,
        })),
        "failed-not-trusted" => failed(Failure::Bank(BankError::NotTrusted {
            host: "bank.example:8443".to_owned(),
            detail: "UnknownIssuer".to_owned(),
        })),
        "failed-refused" => failed(Failure::Bank(BankError::Refused(refusal()))),
        "home" => home(vec![full(), broken(), empty()], None),
        "home-failure" => ViewModel::Home(Home {
            tokens: Vec::new(),
            now: now(),
            completed: None,
            failure: Some(Box::new(Failure::Token(TokenError::NoModule))),
        }),
        "home-locked" => home(vec![locked(), unnamed()], None),
        "home-none" => home(Vec::new(), None),
        "home-changed" => home(vec![full()], Some(CompletedAction::PinChanged)),
        "delete" => ask(Question::Delete {
            token: card(),
            entry: Box::new(entry("01", -300, 60)),
            with_key: true,
            last: false,
        }),
        "delete-last" => ask(Question::Delete {
            token: stick(),
            entry: Box::new(entry("01", -30, 330)),
            with_key: false,
            last: true,
        }),
        "overwrite" => ask(Question::Overwrite {
            token: card(),
            entry: Box::new(foreign()),
        }),
        "about" => ViewModel::About(about()),
        _ => return None,
    })
}

fn ask(question: Question) -> ViewModel {
    ViewModel::Question(Box::new(question))
}

fn secret(what: SecretKind, state: PinState) -> ViewModel {
    ViewModel::Secrets(Box::new(Secrets::one(SecretQuestion {
        what,
        token: card(),
        state,
        refused: None,
    })))
}

/// After a typing error, with one try left and a default PIN.
fn again() -> ViewModel {
    let state = PinState {
        factory: true,
        min_length: 6,
        max_length: 8,
        ..PinState::counted(1, 3)
    };
    ViewModel::Secrets(Box::new(Secrets::one(SecretQuestion {
        what: SecretKind::Pin,
        token: card(),
        state,
        refused: Some(TokenError::PinWrong {
            last_try: true,
            tries_left: Some(1),
        }),
    })))
}

fn both(what: SecretKind, state: PinState, problem: Option<PinProblem>) -> ViewModel {
    let present = Some(SecretQuestion {
        what,
        token: card(),
        state,
        refused: None,
    });
    ViewModel::Secrets(Box::new(Secrets {
        present,
        new: Some(new_pin()),
        problem,
    }))
}

fn progress(done: &[Step], doing: Work, waiting: Option<RetryNotice>) -> ViewModel {
    ViewModel::Progress(Progress {
        action: Some(Action::Enroll),
        done: done.to_vec(),
        doing: Some(doing),
        waiting,
    })
}

fn home(tokens: Vec<TokenContent>, completed: Option<CompletedAction>) -> ViewModel {
    ViewModel::Home(Home {
        tokens,
        now: now(),
        completed,
        failure: None,
    })
}
