//! Refusals of the API itself.

use super::Text;
use crate::http::api::refusal::ApiProblem;

pub(super) fn text(problem: &ApiProblem) -> Text {
    match problem {
        ApiProblem::Browser => Text::fixed(
            (
                "ブラウザのページからの要求は受け付けません。",
                "ここにはプログラムから要求してください。",
            ),
            (
                "Requests from a page in a browser are not accepted here.",
                "Send the request from a program.",
            ),
        ),
        ApiProblem::KeyMissing => Text::fixed(
            (
                "Idempotency-Key ヘッダーがありません。",
                "変更ごとに新しいキーを付けて、もう一度送信してください。",
            ),
            (
                "The header Idempotency-Key is missing.",
                "Send the request again, with a new key for every change.",
            ),
        ),
        ApiProblem::KeyMalformed => Text::fixed(
            (
                "Idempotency-Key の形式が正しくありません。",
                "英数字と記号 -._~: の8文字以上64文字以内で指定してください。",
            ),
            (
                "The Idempotency-Key is malformed.",
                "Use 8 to 64 letters, digits or the symbols “-._~:”.",
            ),
        ),
        ApiProblem::KeyReused => Text::fixed(
            (
                "この Idempotency-Key は別の要求で使用されています。",
                "別の内容を送るときは新しいキーを使用してください。",
            ),
            (
                "This Idempotency-Key was used for another request.",
                "Use a new key for another request.",
            ),
        ),
        ApiProblem::CursorInvalid => Text::fixed(
            (
                "カーソルがこの一覧のものではありません。",
                "同じ条件で、カーソルなしで最初から取得してください。",
            ),
            (
                "This cursor does not belong to this list.",
                "Start again without a cursor and with the same parameters.",
            ),
        ),
        ApiProblem::QueryInvalid => Text::fixed(
            (
                "クエリに受け付けられない項目または値があります。",
                "APIの説明で項目名と値をご確認ください。",
            ),
            (
                "The query contains a parameter or a value that is not accepted.",
                "See the API description for the parameters.",
            ),
        ),
        ApiProblem::JsonInvalid { what } => Text {
            ja: (
                format!("送信された内容は受け付けられるJSONではありません（{what}）。").into(),
                "APIの説明で項目名と型をご確認ください。".into(),
            ),
            en: (
                format!("The body is not the expected JSON ({what}).").into(),
                "See the API description for the body.".into(),
            ),
        },
    }
}
