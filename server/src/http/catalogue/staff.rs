//! Refusals for staff.

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
                "The same entry is already awaiting approval.",
                "Check the list of entries awaiting approval.",
            ),
        ),
        StaffRefusal::ProposalUnknown => Text::fixed(
            (
                "該当する入力が見つからないか、閲覧する権限がありません。",
                "承認待ちの一覧でご確認ください。",
            ),
            (
                "The entry was not found, or your role may not see it.",
                "Check the list of entries awaiting approval.",
            ),
        ),
        StaffRefusal::ProposalDecided => Text::fixed(
            (
                "この入力は承認、却下または取下げされています。",
                "結果をご確認ください。",
            ),
            (
                "This entry has already been approved, rejected or withdrawn.",
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
                "If that person is absent, take it over first.",
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
            ("The staff member was not found.", "Check the staff list."),
        ),
        StaffRefusal::StaffExists => Text::fixed(
            (
                "この職員番号には、同じ役割の有効な登録があります。",
                "職員一覧でご確認ください。",
            ),
            (
                "This person already has an active account with this role.",
                "Check the staff list.",
            ),
        ),
        StaffRefusal::OfficersNeeded => Text::fixed(
            (
                "セキュリティ責任者は2名以上必要です。",
                "先に別のセキュリティ責任者を登録してください。",
            ),
            (
                "At least two security officers are required.",
                "Register another one first.",
            ),
        ),
        StaffRefusal::LetterForAnother => Text::fixed(
            (
                "この通知書は、契約を入力した担当者、利用申込みを承認・却下した担当者、この契約の別の通知書を発行した担当者には表示されません。",
                "別の担当者に依頼してください。発行依頼は24時間有効です。",
            ),
            (
                "This letter is not shown to anyone who entered the contract, decided on its application or was shown its other letter.",
                "Ask another person. The request for the letter is valid for 24 hours.",
            ),
        ),
        StaffRefusal::LetterSeen => Text::fixed(
            (
                "この契約の仮パスワード通知書を発行した担当者は、利用申込みと再発行許可を承認・却下できません。",
                "別の承認者に依頼してください。",
            ),
            (
                "Anyone who was shown the temporary passwords of this contract cannot decide on its applications and re-issues.",
                "Ask another approver.",
            ),
        ),
        StaffRefusal::RegistrationMissing => Text::fixed(
            (
                "お客様がまだログインIDを登録していないため、承認できません。",
                "登録後に、この画面で利用者を確認のうえ承認してください。",
            ),
            (
                "The entry cannot be approved yet: the customer has not registered a login ID.",
                "After the registration, check the user on this page and approve the entry.",
            ),
        ),
        StaffRefusal::UserNeeded => Text::fixed(
            (
                "この契約には複数の利用者が登録されています。対象の利用者を指定してください。",
                "該当する利用者の画面で「再発行許可」を入力してください。",
            ),
            (
                "This contract has several users, so the entry must name one of them.",
                "Enter a re-issue on the page of that user.",
            ),
        ),
        StaffRefusal::SuccessorNeeded => Text::fixed(
            (
                "この利用者は契約のマスターです。ほかの利用者が残るため、新しいマスターが必要です。",
                "同じ契約の利用者のログインIDを「新しいマスターのログインID」に入力してください。",
            ),
            (
                "This is the master user of the contract, and others stay: there must be a new one.",
                "Enter the login ID of another user of the contract as the new master user.",
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
                "異なる2名の登録が必要です。",
                "もう1名のセキュリティ責任者に依頼してください。",
            ),
            (
                "Two different people are required.",
                "Ask the other security officer.",
            ),
        ),
        StaffRefusal::CertificateInactive => Text::fixed(
            (
                "この職員用電子証明書は使用できません(失効、有効期限切れ、または未登録)。",
                "新しい証明書がある場合は、全てのブラウザを閉じてから、その証明書を選択して開き直してください。ない場合は、セキュリティ責任者に連絡してください。",
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
                "The employee number or the activation code is incorrect, or the code has expired.",
                "Check the first and the second half that two security officers handed to you. If the code has expired, ask them for a new one.",
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
                "表計算ソフトで「CSV」形式で保存し直したファイルを選択してください。",
            ),
            (
                "The file cannot be read: its text is neither UTF-8 nor Shift_JIS.",
                "Save it again as CSV from the spreadsheet and choose that file.",
            ),
        ),
        StaffRefusal::ImportUnknown => Text::fixed(
            (
                "一覧が見つからないか、承認されていないか、登録済みです。",
                "承認待ちの一覧を確認するか、もう一度、一覧の内容を確認してください。",
            ),
            (
                "The list was not found, is not approved, or has already been imported.",
                "Check the list of entries awaiting approval, or check the list again.",
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
