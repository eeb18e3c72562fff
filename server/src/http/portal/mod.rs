//! Screens of the portal listener.
//!
//! - [`login`]: BLGI001, login by password, BTOP001 for those on the password method
//! - [`account`], [`user`], [`confirm`]: ログインID取得 (BLIS005, BLIS006, BLIS003 and BLIS004)
//! - [`identify`], [`issue`]: the issue of a certificate (BSMS001; BSMS002 to BSMS004)
//! - [`help`]: explanatory page

pub mod account;
pub mod confirm;
pub mod help;
pub mod identify;
pub mod issue;
pub mod login;
pub mod user;

use super::catalogue;
use super::form::FormView;
use super::lang::Lang;
use crate::workflow::validation::FieldError;

/// Says at each refused field what is wrong with it.
pub(super) fn show_errors(form: &mut FormView, errors: &[FieldError], lang: Lang) {
    for error in errors {
        let sentence = catalogue::field::sentence(error.problem, lang);
        form.refuse(catalogue::field::name(error.field), sentence);
    }
}
