//! Pages of the users of one contract, after the login, on the listener where they logged in: the certificate listener
//! or the portal. The same pages on both.
//!
//! - this file: the current user, and every URL
//! - [`users`]: BUSR001 利用者一覧, BUSR002 利用者照会
//! - [`operation`]: the page on which an operation is confirmed
//! - [`unlock`]: BUSR003 利用停止解除; [`revoke`]: BUSR004, BUSR005 電子証明書失効; [`role`]: BUSR008 役割変更
//! - [`newcomer`]: BUSR006 利用者登録, BUSR007 its result; [`reissue_password`]: BUSR009 仮パスワード再発行
//! - [`history`]: BHIS001 操作履歴
//! - [`password`]: BPWD001 パスワード変更, BPWD002 its result
//! - [`start`]: BLIS007 利用開始登録, before any login

pub mod history;
pub mod newcomer;
pub mod operation;
pub mod password;
pub mod reissue_password;
pub mod revoke;
pub mod role;
pub mod start;
pub mod unlock;
pub mod users;

use axum::Router;
use axum::routing::get;

use super::app::Shared;
use super::context::Cx;
use super::failure::Failure;
use super::visitor::Realm;
use crate::services::authentication::session::Authenticated;

/// 利用者一覧.
pub const USERS: &str = "/company/users";

/// 操作履歴.
pub const HISTORY: &str = "/company/history";

/// パスワード変更.
pub const PASSWORD: &str = "/company/password";

/// 利用開始登録.
pub const START: &str = "/register/colleague";

/// Pages for users who are logged in.
pub fn pages() -> Router<Shared> {
    Router::new()
        .route(USERS, get(users::list))
        .route(
            "/company/users/new",
            get(newcomer::form).post(newcomer::submit),
        )
        .route("/company/users/{id}", get(users::one))
        .route(
            "/company/users/{id}/unlock",
            get(unlock::form).post(unlock::submit),
        )
        .route(
            "/company/users/{id}/revoke",
            get(revoke::form).post(revoke::submit),
        )
        .route("/company/users/{id}/revoked", get(revoke::result))
        .route(
            "/company/users/{id}/role",
            get(role::form).post(role::submit),
        )
        .route(
            "/company/users/{id}/passwords",
            get(reissue_password::form).post(reissue_password::submit),
        )
        .route(HISTORY, get(history::show))
        .route(PASSWORD, get(password::form).post(password::submit))
        .route("/company/password/changed", get(password::result))
}

/// The current user, checked at each request.
async fn who(cx: &Cx) -> Result<Authenticated, Failure> {
    let accounts = cx.app.services.accounts();
    let presented = cx.peer.certificate.as_deref();
    let request = cx.anonymous();
    let found = accounts.at_work(&request, cx.visitor.token(), presented);
    Ok(found.await?)
}

/// The cookie's listener.
fn realm(cx: &Cx) -> Realm {
    match cx.peer.certificate {
        Some(_) => Realm::Certificate,
        None => Realm::Portal,
    }
}
