//! Screens of the portal listener.
//!
//! - [`login`]: BLGI001, login by password, BTOP001
//! - [`agent_login`]: login with the agent (BLGI003, and BLGI002 on this listener)
//! - [`account`], [`user`], [`confirm`]: ログインID取得 (BLIS005, BLIS006, BLIS003 and BLIS004)
//! - [`identify`]: identification of the user who requests a certificate (BSMS001)
//! - [`help`]: explanatory page

pub mod account;
pub mod agent_login;
pub mod confirm;
pub mod help;
pub mod identify;
pub mod login;
pub mod user;

use super::catalogue;
use super::form::FormView;
use super::page::{Page, WrongField};
use crate::services::validation::{Field, FieldError};

/// Shows the error of each refused field beside it, and in the list above the form.
pub(in crate::http) fn show_errors(page: &mut Page, form: &mut FormView, errors: &[FieldError]) {
    for error in errors {
        let sentence = catalogue::field::sentence(error.problem, page.lang);
        show_error(page, form, error.field, sentence);
    }
}

/// Shows it beside one field and in the list.
pub(in crate::http) fn show_error(
    page: &mut Page,
    form: &mut FormView,
    field: Field,
    sentence: String,
) {
    let name = catalogue::field::name(field);
    if form.has_error(name) {
        return;
    }
    page.wrong.push(WrongField {
        name,
        label: catalogue::field::label(field, page.lang),
        sentence: sentence.clone(),
    });
    form.refuse(name, sentence);
}
