//! The chip: the PIV application over its storage. Losing power clears its working memory, nothing else.

use heapless::Vec as Bounded;
use iso7816::command::CommandView;
use piv_authenticator::{Authenticator, Options};
use rand_core::OsRng;
use trussed::ClientImplementation;
use trussed::backend::{Backend as _, BackendId};
use trussed::pipe::TrussedChannel;
use trussed::platform::Platform;
use trussed::serde_extensions::{ExtensionDispatch, ExtensionId, ExtensionImpl};
use trussed::service::ServiceResources;
use trussed::types::Context;
use trussed::virt::{Runner, StorageConfig, Store, StoreConfig, Syscall, UserInterface};
use trussed_auth::AuthExtension;
use trussed_auth_backend::{AuthBackend, AuthContext, FilesystemLayout};
use trussed_chunked::ChunkedExtension;
use trussed_core::api::{Reply, Request, reply, request};
use trussed_core::{Error, types::Location};
use trussed_hpke::HpkeExtension;
use trussed_rsa_alloc::SoftwareRsa;
use trussed_staging::{StagingBackend, StagingContext};
use trussed_wrap_key_to_file::WrapKeyToFileExtension;

/// Maximum length of the application's response.
const ANSWER: usize = 8192;

/// The storage of a card.
pub(super) struct Chip {
    storage: StoreConfig<'static>,
}

impl Chip {
    pub(super) fn new() -> Self {
        Self {
            storage: StoreConfig::ram(),
        }
    }

    /// Runs the application from power-on to power-off; `body` sends it whole commands and receives whole responses.
    pub(super) fn power_on<R>(&mut self, body: impl FnOnce(&mut Application<'_>) -> R) -> R {
        self.storage.volatile = StorageConfig::ram();
        let result = self.storage.with_store(|store| {
            let channel = TrussedChannel::new();
            let (requester, responder) = channel
                .split()
                .expect("a channel is split once in its life");
            let mut runner = Runner::new();
            runner.add_endpoint(responder, "piv", BACKENDS);
            let client = ClientImplementation::new(requester, runner.syscall(), None);
            let platform = Board {
                rng: OsRng,
                store,
                ui: UserInterface::new(),
            };
            runner.run(platform, Parts::default(), || {
                body(&mut Application(Authenticator::new(client, Options::new())))
            })
        });
        self.storage.internal.format = false;
        self.storage.external.format = false;
        result
    }
}

/// The PIV application while the chip has power.
pub(super) struct Application<'a>(Authenticator<ClientImplementation<'a, Syscall, Parts>>);

impl Application<'_> {
    /// Processes one whole command; returns the data and the status word.
    pub(super) fn answer(&mut self, header: [u8; 4], data: &[u8]) -> (Vec<u8>, u16) {
        let [cla, ins, p1, p2] = header;
        let mut command = vec![cla, ins, p1, p2, 0];
        if !data.is_empty() {
            command.extend(u16::try_from(data.len()).unwrap_or(u16::MAX).to_be_bytes());
            command.extend(data);
        }
        command.extend([0, 0]);
        let Ok(view) = CommandView::try_from(command.as_slice()) else {
            return (Vec::new(), 0x6700);
        };
        let mut answer = Bounded::<u8, ANSWER>::new();
        match self.0.respond(view, &mut answer) {
            Ok(()) => (answer.to_vec(), 0x9000),
            Err(status) => (Vec::new(), status.into()),
        }
    }
}

/// The chip's hardware. Random numbers are the system's, so each card generates its own keys.
struct Board<'a> {
    rng: OsRng,
    store: Store<'a>,
    ui: UserInterface,
}

impl<'a> Platform for Board<'a> {
    type R = OsRng;
    type S = Store<'a>;
    type UI = UserInterface;

    fn rng(&mut self) -> &mut OsRng {
        &mut self.rng
    }

    fn store(&self) -> Store<'a> {
        self.store
    }

    fn user_interface(&mut self) -> &mut UserInterface {
        &mut self.ui
    }
}

const BACKENDS: &[BackendId<Part>] = &[
    BackendId::Custom(Part::Rsa),
    BackendId::Custom(Part::Staging),
    BackendId::Custom(Part::Auth),
    BackendId::Core,
];

enum Part {
    Auth,
    Rsa,
    Staging,
}

#[derive(Clone, Copy)]
enum Extension {
    Auth,
    Chunked,
    Hpke,
    WrapKeyToFile,
}

impl From<Extension> for u8 {
    fn from(extension: Extension) -> Self {
        extension as Self
    }
}

impl TryFrom<u8> for Extension {
    type Error = Error;

    fn try_from(id: u8) -> Result<Self, Error> {
        [Self::Auth, Self::Chunked, Self::Hpke, Self::WrapKeyToFile]
            .get(usize::from(id))
            .copied()
            .ok_or(Error::InternalError)
    }
}

/// The parts of the chip's operating system beyond its core.
struct Parts {
    auth: AuthBackend,
    staging: StagingBackend,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            auth: AuthBackend::new(Location::Internal, FilesystemLayout::V0),
            staging: StagingBackend::new(),
        }
    }
}

#[derive(Default)]
struct Working {
    auth: AuthContext,
    staging: StagingContext,
}

impl ExtensionDispatch for Parts {
    type BackendId = Part;
    type Context = Working;
    type ExtensionId = Extension;

    fn core_request<P: Platform>(
        &mut self,
        part: &Part,
        ctx: &mut Context<Working>,
        request: &Request,
        resources: &mut ServiceResources<P>,
    ) -> Result<Reply, Error> {
        match part {
            Part::Auth => {
                self.auth
                    .request(&mut ctx.core, &mut ctx.backends.auth, request, resources)
            }
            Part::Rsa => SoftwareRsa.request(&mut ctx.core, &mut (), request, resources),
            Part::Staging => {
                self.staging
                    .request(&mut ctx.core, &mut ctx.backends.staging, request, resources)
            }
        }
    }

    fn extension_request<P: Platform>(
        &mut self,
        part: &Part,
        extension: &Extension,
        ctx: &mut Context<Working>,
        request: &request::SerdeExtension,
        resources: &mut ServiceResources<P>,
    ) -> Result<reply::SerdeExtension, Error> {
        let core = &mut ctx.core;
        let staging = &mut ctx.backends.staging;
        match (part, extension) {
            (Part::Auth, Extension::Auth) => {
                ExtensionImpl::<AuthExtension>::extension_request_serialized(
                    &mut self.auth,
                    core,
                    &mut ctx.backends.auth,
                    request,
                    resources,
                )
            }
            (Part::Staging, Extension::Chunked) => {
                ExtensionImpl::<ChunkedExtension>::extension_request_serialized(
                    &mut self.staging,
                    core,
                    staging,
                    request,
                    resources,
                )
            }
            (Part::Staging, Extension::Hpke) => {
                ExtensionImpl::<HpkeExtension>::extension_request_serialized(
                    &mut self.staging,
                    core,
                    staging,
                    request,
                    resources,
                )
            }
            (Part::Staging, Extension::WrapKeyToFile) => {
                ExtensionImpl::<WrapKeyToFileExtension>::extension_request_serialized(
                    &mut self.staging,
                    core,
                    staging,
                    request,
                    resources,
                )
            }
            _ => Err(Error::RequestNotAvailable),
        }
    }
}

impl ExtensionId<AuthExtension> for Parts {
    type Id = Extension;
    const ID: Extension = Extension::Auth;
}

impl ExtensionId<ChunkedExtension> for Parts {
    type Id = Extension;
    const ID: Extension = Extension::Chunked;
}

impl ExtensionId<HpkeExtension> for Parts {
    type Id = Extension;
    const ID: Extension = Extension::Hpke;
}

impl ExtensionId<WrapKeyToFileExtension> for Parts {
    type Id = Extension;
    const ID: Extension = Extension::WrapKeyToFile;
}
