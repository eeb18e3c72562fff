//! Invalid links.

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
            "The link requests an unknown action",
        ),
        LinkError::UnknownParameter => (
            "link-parameter",
            "リンクに余計な項目があります",
            "The link contains an unknown parameter",
        ),
        LinkError::Duplicate(_) => (
            "link-doubled",
            "リンクに同じ項目が二つあります",
            "The link contains a parameter twice",
        ),
        LinkError::Missing(_) => (
            "link-incomplete",
            "リンクに必要な項目がありません",
            "A parameter is missing from the link",
        ),
        LinkError::BadValue(..) => (
            "link-value",
            "リンクに使えない文字があります",
            "The link contains a character that is not allowed",
        ),
    };
    let text = text(
        format!("{ja}。何も行っていません。"),
        "インターネットバンキングの画面のボタンからもう一度始めてください。メールなどに書かれたリンクは使わないでください。",
        format!("{en}. Nothing was done."),
        "Start again from the button on the bank's page. Do not use links from e-mails.",
    );
    (code, Exit::Link, text)
}
