//! What is said to the officers at a guided ceremony, and why one stopped.

use inkan_pki::pkcs11::session::PinOwner;

use super::{Explanation, apply, explain, step};
use crate::guided::{GuidedError, Spoken, Turn};
use crate::language::Language;
use crate::print::{grouped, local_time};
use crate::transcript::{Event, printable};

/// The sentences for this.
#[must_use]
pub fn spoken(what: &Spoken<'_>, language: Language) -> String {
    match language {
        Language::English => english(what),
        Language::Japanese => japanese(what),
    }
}

fn english(what: &Spoken<'_>) -> String {
    match what {
        Spoken::Opening { plan, done, now } => format!(
            "Ceremony of the environment \"{}\" on {}\n\
             {} steps, {done} of them done before.\n\n\
             plan sha256   {}\n\
             clock         {}\n\n\
             Type `break` at any confirmation for a break; the ceremony resumes at the same step.",
            plan.environment,
            plan.product,
            plan.steps.len(),
            grouped(&plan.sha256),
            local_time(*now, Language::English),
        ),
        Spoken::Presence(person) => format!(
            "{}, {}: type your name or your initials ({})",
            person.name,
            person.role,
            person.initials()
        ),
        Spoken::Welcome(person) => format!("{} is present.", person.name),
        Spoken::NotThisPerson(person) => {
            format!(
                "That is neither the name nor the initials of {}.",
                person.name
            )
        }
        Spoken::PlanAndClock(Turn::First) => {
            "Compare the plan's hash with the reviewed paper, and the clock with another clock.\n\
             If both agree, one of you types name or initials"
                .to_owned()
        }
        Spoken::PlanAndClock(Turn::Second) | Spoken::Confirm(Turn::Second) => {
            "Another of you confirms as well".to_owned()
        }
        Spoken::NobodyPresent => {
            "Nobody who is present has this name or these initials.".to_owned()
        }
        Spoken::ConfirmedAlready(name) => {
            format!("{name} has confirmed already; another person must.")
        }
        Spoken::WhoEnters { token, owner } => format!(
            "Who enters the {} of the token \"{token}\"? Name or initials",
            pin_english(*owner)
        ),
        Spoken::HandOver {
            token,
            owner,
            by,
            others,
            new,
        } => {
            let twice = if *new { " It is entered twice." } else { "" };
            format!(
                "Now only {by} at the keyboard. {}: look away.\n\
                 {by} enters the {} of the token \"{token}\".{twice}\n\
                 Press Enter when everybody is ready",
                others.join(", "),
                pin_english(*owner)
            )
        }
        Spoken::EnterAgain => {
            "The two entries differ, or are empty. Nothing was sent. Enter the PIN again."
                .to_owned()
        }
        Spoken::PinFromSource { token, owner } => format!(
            "The {} of the token \"{token}\" is not entered here: the specification names another source.",
            pin_english(*owner)
        ),
        Spoken::Entered => "The PIN is entered. Everybody may look again.".to_owned(),
        Spoken::StepAhead {
            step: ahead,
            number,
            of,
        } => {
            let text = step(&ahead.action, Language::English);
            let irreversible = text.irreversible.unwrap_or("This can be changed later.");
            format!(
                "\nStep {number} of {of}: {}\nWhy: {}\nTake note: {irreversible}",
                text.what, text.why
            )
        }
        Spoken::Confirm(Turn::First) => {
            "Read it aloud. If it shall be done, one of you types name or initials".to_owned()
        }
        Spoken::BreakRecorded => {
            "The break is recorded. Run the same command to resume at this step.".to_owned()
        }
        Spoken::Finished { head } => format!(
            "\nAll steps are done. The last hash of the transcript:\n{}\nPrint the record with `inkan-hsm record`, and sign it.",
            grouped(head)
        ),
    }
}

fn pin_english(owner: PinOwner) -> &'static str {
    match owner {
        PinOwner::User => "user PIN",
        PinOwner::Officer => "security officer's PIN",
    }
}

fn japanese(what: &Spoken<'_>) -> String {
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
            pin_japanese(*owner)
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
                pin_japanese(*owner)
            )
        }
        Spoken::EnterAgain => {
            "2回の入力が一致しないか、空です。PINは送信していません。もう一度入力してください。"
                .to_owned()
        }
        Spoken::PinFromSource { token, owner } => format!(
            "トークン「{token}」の{}はここでは入力しません。仕様書に別の入手元が指定されています。",
            pin_japanese(*owner)
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

fn pin_japanese(owner: PinOwner) -> &'static str {
    match owner {
        PinOwner::User => "利用者PIN",
        PinOwner::Officer => "セキュリティ責任者PIN",
    }
}

/// That a step was done, or was done before an interruption.
#[must_use]
pub fn done(event: Event, language: Language) -> &'static str {
    match event {
        Event::Recognised => language.pick("実施済み（計画どおり）", "Already done, as planned"),
        _ => language.pick("実施しました", "Done"),
    }
}

/// Explains a [`GuidedError`].
#[must_use]
pub fn guided(error: &GuidedError) -> Explanation {
    const AGAIN: &str =
        "Run the same command again: it resumes at the same step and records who is present.";
    match error {
        GuidedError::Apply(error) => apply(error),
        GuidedError::TooFewCustodians(count) => explain(
            "guided-too-few-custodians",
            format!(
                "A guided ceremony needs at least two custodians; the specification has {count}. Nothing was changed."
            ),
            "Add a [[custodian]] for each person who takes part, and have the specification reviewed again.",
        ),
        GuidedError::SameName(name) => explain(
            "guided-same-name",
            format!("Two custodians are called \"{name}\". Nothing was changed."),
            "Write their names so that they can be told apart.",
        ),
        GuidedError::NotRecognised(Some(name)) => explain(
            "guided-not-recognised",
            format!(
                "{} was expected, and neither the name nor the initials were typed. Nothing was changed.",
                printable(name)
            ),
            "Begin when everybody is present. The plan lists the custodians.",
        ),
        GuidedError::NotRecognised(None) => explain(
            "guided-not-recognised",
            "Nobody who is present was recognised. The ceremony stopped before the next step."
                .to_owned(),
            AGAIN,
        ),
        GuidedError::Break(step) if step.is_empty() => explain(
            "guided-break",
            "A break before the ceremony was opened. Nothing was changed.".to_owned(),
            "Run the same command again.",
        ),
        GuidedError::Break(step) => explain(
            "guided-break",
            format!("A break before the step {step}."),
            AGAIN,
        ),
        GuidedError::InputEnded(step) => explain(
            "guided-input-ended",
            match step.as_str() {
                "" => "The input ended before the ceremony was opened. Nothing was changed."
                    .to_owned(),
                step => format!("The input ended before the step {step}."),
            },
            AGAIN,
        ),
        GuidedError::Terminal(kind) => explain(
            "guided-terminal",
            format!("The terminal failed, or this is none: {kind}."),
            "Run the command at a terminal. Scripts use `inkan-hsm apply` without --guided.",
        ),
    }
}
