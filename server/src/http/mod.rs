//! HTTP: listeners, URLs, screens, machine endpoints, and every sentence.
//!
//! Not here: any rule of the bank (`services`), any row (`store`), any key (`ca`).
//!
//! - [`listen`]: sockets, TLS, connections
//! - [`router`]: every URL of every listener, in groups
//! - [`stack`]: the layers around a group; [`layers`]: what each of them does
//! - [`app`]: what handlers share; [`context`]: what a page's handler is given, [`machine`]: that of an endpoint for programs
//! - [`portal`], [`certificate`], [`console`]: screens, by listener; [`after_certificate`]: BLGI002; [`top`]: BTOP001;
//!   [`company`]: users of one contract among themselves
//! - [`enrolment`]: BSMS002 to BSMS004, BSMS012 to BSMS014, and the same for staff
//! - [`api`]: the JSON API of the staff listener
//! - [`est`], [`csrattrs`], [`agent`], [`public`], [`operations`]: endpoints for programs
//! - [`screens`]: pages any listener shows; [`page`]: the frame of a page
//! - [`site`]: the bank on its pages; [`downloads`]: installers on them; [`certificate_facts`]: 電子証明書情報
//! - [`form`], [`fields`], [`upload`]: forms, shown and submitted
//! - [`visitor`], [`cookie`], [`lang`], [`browser`], [`rate`]: the browser behind a request
//! - [`waiting`]: what a page shows that follows the agent; [`events`]: the same as events, [`streams`]: how many at once
//! - [`problem`], [`failure`]: refusals and faults; [`catalogue`]: their sentences

pub mod after_certificate;
pub mod agent;
pub mod api;
pub mod app;
pub mod browser;
pub mod catalogue;
pub mod certificate;
pub mod certificate_facts;
pub mod company;
pub mod console;
pub mod context;
pub mod cookie;
pub mod csrattrs;
pub mod downloads;
pub mod enrolment;
pub mod est;
pub mod events;
pub mod failure;
pub mod fields;
pub mod form;
pub mod lang;
pub mod layers;
pub mod listen;
pub mod machine;
pub mod operations;
pub mod page;
pub mod portal;
pub mod problem;
pub mod public;
pub mod rate;
pub mod router;
pub mod screens;
pub mod site;
pub mod stack;
pub mod streams;
pub mod top;
pub mod upload;
pub mod visitor;
pub mod waiting;
