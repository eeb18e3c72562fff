//! Refusals of the API itself.

use super::Text;
use crate::http::api::refusal::{ApiProblem, QueryFault};

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
        ApiProblem::QueryInvalid(fault) => query(fault),
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

fn query(fault: &QueryFault) -> Text {
    match fault {
        QueryFault::Malformed { what } => Text {
            ja: (
                format!("クエリに受け付けられない項目または値があります（{what}）。").into(),
                "APIの説明で項目名と値をご確認ください。".into(),
            ),
            en: (
                format!("The query contains a parameter or a value that is not accepted ({what}).")
                    .into(),
                "See the API description for the parameters.".into(),
            ),
        },
        QueryFault::OnAChange => Text::fixed(
            (
                "変更の要求にクエリは付けられません。",
                "クエリを外し、内容をJSONで送信してください。",
            ),
            (
                "A change takes no query.",
                "Remove the query and send the values as JSON.",
            ),
        ),
        QueryFault::Limit { most } => Text {
            ja: (
                format!("limitは1から{most}までです。").into(),
                "limitの値をご確認ください。".into(),
            ),
            en: (
                format!("limit must be between 1 and {most}.").into(),
                "Correct the value of limit.".into(),
            ),
        },
        QueryFault::OneSearch => Text::fixed(
            (
                "name、kana、account、login_idは、いずれか1つだけ指定できます。",
                "1つだけ指定してください。",
            ),
            (
                "Only one of name, kana, account and login_id can be given.",
                "Give only one of them.",
            ),
        ),
        QueryFault::BranchAlone => Text::fixed(
            (
                "branchは、accountとともに指定してください。",
                "accountを加えるか、branchを外してください。",
            ),
            (
                "branch can be given only together with account.",
                "Add account, or remove branch.",
            ),
        ),
    }
}
