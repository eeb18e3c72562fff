//! Links that are none of ours.

use inkan_pki::messages::link::LinkError;

use super::{Text, text};
use crate::exit::Exit;

pub(super) fn link(error: &LinkError) -> (&'static str, Exit, Text) {
    let (code, ja, en) = match error {
        LinkError::TooLong => (
            "link-too-long",
            "リンクが長すぎます",
            "The link is too long",
        ),
        LinkError::OtherScheme => (
            "link-scheme",
            "リンクが inkan: で始まっていません",
            "The link does not start with inkan:",
        ),
        LinkError::UnknownAction => (
            "link-action",
            "リンクの用件がわかりません",
            "The link asks for something unknown",
        ),
        LinkError::UnknownParameter => (
            "link-parameter",
            "リンクに余計な項目があります",
            "The link has a part that does not belong in it",
        ),
        LinkError::Duplicate(_) => (
            "link-doubled",
            "リンクに同じ項目が二つあります",
            "The link says something twice",
        ),
        LinkError::Missing(_) => (
            "link-incomplete",
            "リンクに必要な項目がありません",
            "The link lacks a part",
        ),
        LinkError::BadValue(..) => (
            "link-value",
            "リンクに使えない文字があります",
            "The link has characters that may not be in it",
        ),
    };
    let text = text(
        format!("{ja}。何も行っていません。"),
        "銀行の画面のボタンからもう一度始めてください。メールなどに書かれたリンクは使わないでください。",
        format!("{en}. Nothing was done."),
        "Start again from the button on the bank's page; do not use links from e-mails.",
    );
    (code, Exit::Link, text)
}
