//! In Japanese.

use inkan_pki::pkcs11::session::PinOwner;

use crate::catalogue::local_time::local_time;
use crate::catalogue::steps::step;
use crate::guided::{Spoken, Turn};
use crate::language::Language;
use inkan_pki::x509::fingerprint::grouped;

pub(super) fn sentences(what: &Spoken<'_>) -> String {
    match what {
        Spoken::Opening { plan, done, now } => format!(
            "環境「{}」のキーセレモニー（{}）\n\
             全 {} 手順のうち {done} 手順が実施済みです。\n\n\
             計画の SHA-256   {}\n\
             時計             {}\n\n\
             確認のときに break と入力すると中断します。次回は同じ手順から再開します。",
            plan.environment,
            plan.product,
            plan.steps.len(),
            grouped(&plan.sha256),
            local_time(*now, Language::Japanese),
        ),
        Spoken::Presence(person) => format!(
            "{}（{}）: 氏名または頭文字（{}）を入力してください",
            person.name,
            person.role,
            person.initials()
        ),
        Spoken::Welcome(person) => format!("{} の出席を確認しました。", person.name),
        Spoken::NotThisPerson(person) => {
            format!("{} の氏名でも頭文字でもありません。", person.name)
        }
        Spoken::PlanAndClock(Turn::First) => {
            "計画のハッシュを審査済みの書面と、時計を別の時計と照合してください。\n\
             どちらも一致していれば、1人目が氏名または頭文字を入力してください"
                .to_owned()
        }
        Spoken::PlanAndClock(Turn::Second) | Spoken::Confirm(Turn::Second) => {
            "別の1人も確認し、氏名または頭文字を入力してください".to_owned()
        }
        Spoken::NobodyPresent => "この氏名または頭文字の出席者はいません。".to_owned(),
        Spoken::ConfirmedAlready(name) => {
            format!("{name} は確認済みです。別の方が確認してください。")
        }
        Spoken::WhoEnters { token, owner } => format!(
            "トークン「{token}」の{}は誰が入力しますか。氏名または頭文字",
            pin(*owner)
        ),
        Spoken::HandOver {
            token,
            owner,
            by,
            others,
            new,
        } => {
            let twice = if *new { "2回入力します。" } else { "" };
            format!(
                "キーボードの前には {by} だけがお座りください。{} は目をそらしてください。\n\
                 {by} がトークン「{token}」の{}を入力します。{twice}\n\
                 準備ができたら Enter キーを押してください",
                others.join("、"),
                pin(*owner)
            )
        }
        Spoken::EnterAgain => {
            "2回の入力が一致しないか、空です。PINは送信していません。もう一度入力してください。"
                .to_owned()
        }
        Spoken::PinFromSource { token, owner } => format!(
            "トークン「{token}」の{}はここでは入力しません。仕様書に別の入手元が指定されています。",
            pin(*owner)
        ),
        Spoken::Entered => "PINの入力が終わりました。画面をご覧ください。".to_owned(),
        Spoken::StepAhead {
            step: ahead,
            number,
            of,
        } => {
            let text = step(&ahead.action, Language::Japanese);
            let irreversible = text.irreversible.unwrap_or("後から変更できます。");
            format!(
                "\n手順 {number}/{of}: {}\n理由: {}\n注意: {irreversible}",
                text.what, text.why
            )
        }
        Spoken::Confirm(Turn::First) => {
            "読み上げてください。実施してよければ、1人目が氏名または頭文字を入力してください"
                .to_owned()
        }
        Spoken::BreakRecorded => {
            "中断を記録しました。同じコマンドでこの手順から再開します。".to_owned()
        }
        Spoken::Finished { head } => format!(
            "\nすべての手順が終わりました。記録の最終ハッシュ:\n{}\n`inkan-hsm record` で記録を印刷し、署名してください。",
            grouped(head)
        ),
    }
}

fn pin(owner: PinOwner) -> &'static str {
    match owner {
        PinOwner::User => "利用者PIN",
        PinOwner::Officer => "セキュリティ責任者PIN",
    }
}
