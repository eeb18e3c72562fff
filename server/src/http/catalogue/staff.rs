//! What staff are refused.

use super::Text;
use crate::services::StaffRefusal;

pub(super) fn text(refusal: StaffRefusal) -> Text {
    match refusal {
        StaffRefusal::ProposalExists => Text::fixed(
            (
                "同じ内容の入力が承認を待っています。",
                "承認待ちの一覧でご確認ください。",
            ),
            (
                "An entry of this kind is already awaiting approval.",
                "Check what is awaiting approval.",
            ),
        ),
        StaffRefusal::ProposalUnknown => Text::fixed(
            (
                "該当する入力が見つからないか、閲覧する権限がありません。",
                "承認待ちの一覧でご確認ください。",
            ),
            (
                "There is no such entry, or your role does not see it.",
                "Check what is awaiting approval.",
            ),
        ),
        StaffRefusal::ProposalDecided => Text::fixed(
            (
                "この入力は承認、却下または取下げされています。",
                "結果をご確認ください。",
            ),
            (
                "This entry was approved, rejected or withdrawn already.",
                "Check its result.",
            ),
        ),
        StaffRefusal::ProposalStale => Text::fixed(
            (
                "表示した後に、入力の内容または対象の状態が変わりました。",
                "もう一度表示し、内容を確認してください。対象の状態が変わったときは、入力者が修正してから承認します。",
            ),
            (
                "The entry or its subject has changed since it was shown.",
                "Open it again and check it. If the subject has changed, amend the entry before it is approved.",
            ),
        ),
        StaffRefusal::OwnAffair => Text::fixed(
            (
                "ご自身の職員登録に関する入力や承認はできません。",
                "別の担当者に依頼してください。",
            ),
            (
                "You cannot enter or decide on anything about your own staff account.",
                "Ask a colleague.",
            ),
        ),
        StaffRefusal::NotYours => Text::fixed(
            (
                "入力した本人だけが取り下げることができます。",
                "不在のときは、先に引き継いでください。",
            ),
            (
                "Only the person who entered it can withdraw it.",
                "If that person is away, take it over first.",
            ),
        ),
        StaffRefusal::UserUnknown => Text::fixed(
            ("利用者が見つかりません。", "契約の画面でご確認ください。"),
            ("There is no such user.", "Check the contract."),
        ),
        StaffRefusal::CertificateUnknown => Text::fixed(
            (
                "電子証明書が見つかりません。",
                "利用者の画面でご確認ください。",
            ),
            ("There is no such certificate.", "Check the user."),
        ),
        StaffRefusal::StaffUnknown => Text::fixed(
            ("職員が見つかりません。", "職員一覧でご確認ください。"),
            (
                "There is no such member of the staff.",
                "Check the staff list.",
            ),
        ),
        StaffRefusal::StaffExists => Text::fixed(
            (
                "この職員番号には、同じ役割の有効な登録があります。",
                "職員一覧でご確認ください。",
            ),
            (
                "This person has an active account with this role.",
                "Check the staff list.",
            ),
        ),
        StaffRefusal::OfficersNeeded => Text::fixed(
            (
                "セキュリティ責任者は2名以上必要です。",
                "先に別のセキュリティ責任者を登録してください。",
            ),
            (
                "Two security officers must stay.",
                "Register another one first.",
            ),
        ),
        StaffRefusal::LetterAsked => Text::fixed(
            (
                "通知書の発行依頼を記録しました。通知書はまだ発行されていません。",
                "24時間以内に別の担当者が同じ画面で同じボタンを押すと発行されます。仮パスワードの通知書は、契約を入力した人、利用申込みを承認・却下した人には発行されません。",
            ),
            (
                "The letter has been requested and not yet issued.",
                "Another person gets it with the same button on the same page within 24 hours. Temporary passwords are not shown to whoever entered the contract or decided on its application.",
            ),
        ),
        StaffRefusal::LetterForAnother => Text::fixed(
            (
                "この通知書は、契約を入力した人、利用申込みを承認・却下した人、この契約のほかの通知書を発行した人には表示されません。",
                "ほかの担当者に依頼してください。発行依頼は24時間有効です。",
            ),
            (
                "This letter is not shown to whoever entered the contract, decided on its application or was shown its other letter.",
                "Ask somebody else. The request for the letter is good for 24 hours.",
            ),
        ),
        StaffRefusal::LetterSeen => Text::fixed(
            (
                "この契約の仮パスワード通知書を発行した人は、利用申込みと再発行許可を承認・却下できません。",
                "ほかの承認者に依頼してください。",
            ),
            (
                "Whoever was shown the temporary passwords of this contract cannot decide on its applications.",
                "Ask another approver.",
            ),
        ),
        StaffRefusal::RegistrationMissing => Text::fixed(
            (
                "お客様がまだログインIDを登録していないため、承認できません。",
                "登録の後に、この画面で利用者を確認して承認してください。",
            ),
            (
                "It cannot be approved yet: the customer has not registered a login ID.",
                "Approve it after the registration, when this page shows the user.",
            ),
        ),
        StaffRefusal::UserNeeded => Text::fixed(
            (
                "この契約には利用者が複数います。どの利用者の申込みかが必要です。",
                "該当する利用者の画面で「再発行許可」を入力してください。",
            ),
            (
                "This contract has several users: the entry must say which of them it is for.",
                "Enter the permission to issue on the page of that user.",
            ),
        ),
        StaffRefusal::StaffNotEmpty => Text::fixed(
            (
                "職員はすでに登録されています。",
                "セキュリティ責任者が画面から登録してください。",
            ),
            (
                "Staff are already registered.",
                "Security officers register further staff in the console.",
            ),
        ),
        StaffRefusal::TwoPersons => Text::fixed(
            (
                "別々の2名が必要です。",
                "もう1名のセキュリティ責任者に依頼してください。",
            ),
            (
                "Two different persons are needed.",
                "Ask the other security officer.",
            ),
        ),
        StaffRefusal::CertificateInactive => Text::fixed(
            (
                "この職員用電子証明書は使えません(失効、有効期限切れ、または登録されていません)。",
                "新しい証明書をお持ちのときは、全てのブラウザを閉じてから、その証明書を選んで開き直してください。お持ちでないときは、セキュリティ責任者に連絡してください。",
            ),
            (
                "This staff certificate cannot be used: it was revoked, has expired, or is not registered.",
                "If you have a newer one, close all browser windows and open this page again with it. If not, ask a security officer.",
            ),
        ),
        StaffRefusal::HandoverInvalid => Text::fixed(
            (
                "職員番号または取得情報が正しくないか、取得情報の期限が過ぎています。",
                "別々のセキュリティ責任者から受け取った前半と後半をご確認ください。期限を過ぎたときは、セキュリティ責任者に新しいものを依頼してください。",
            ),
            (
                "The employee number or the credential is incorrect, or the credential has lapsed.",
                "Check the first half and the second half that two security officers handed to you. Ask them for new ones if they have lapsed.",
            ),
        ),
        StaffRefusal::ImportTooLarge => Text::fixed(
            (
                "一覧が大きすぎます。",
                "100,000行以内に分けて登録してください。",
            ),
            (
                "The list is too large.",
                "Divide it into lists of at most 100,000 lines.",
            ),
        ),
        StaffRefusal::ImportNotText => Text::fixed(
            (
                "ファイルを読めません。文字コードがUTF-8でもシフトJISでもありません。",
                "表計算ソフトで「CSV」として保存し直したファイルを選んでください。",
            ),
            (
                "The file cannot be read: its text is neither UTF-8 nor Shift_JIS.",
                "Save it as CSV in the spreadsheet once more and choose that file.",
            ),
        ),
        StaffRefusal::ImportUnknown => Text::fixed(
            (
                "一覧が見つからないか、承認されていないか、登録済みです。",
                "承認待ちの一覧を確認するか、もう一度、一覧の内容を確認してください。",
            ),
            (
                "There is no such list, it is not approved, or it was imported already.",
                "Check what is awaiting approval, or check the list again.",
            ),
        ),
        StaffRefusal::NotInThatState => Text::fixed(
            (
                "対象の現在の状態では、この操作はできません。",
                "対象の状態をご確認ください。",
            ),
            (
                "The subject is not in a state that allows this.",
                "Check its status.",
            ),
        ),
    }
}
