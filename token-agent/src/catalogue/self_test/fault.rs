//! Why a check failed.

use super::super::Lang;
use super::{Explained, caused, explained};
use crate::operations::self_test::finding::{Fault, Step};

/// Why a check failed.
pub(crate) fn fault(fault: &Fault, lang: Lang) -> Explained {
    match fault {
        Fault::SystemTooOld => explained(
            "system-too-old",
            lang,
            (
                "この Windows は古く、対応していません。",
                "Windows 10 以降でお使いください。",
            ),
            ("This Windows is too old.", "Use Windows 10 or later."),
        ),
        Fault::DirectoryUnusable(cause) => caused(
            cause,
            lang,
            (
                "設定フォルダを作れないか、書き込めません。",
                "フォルダの権限と空き容量を確認してください。",
            ),
            (
                "The configuration directory cannot be created or written.",
                "Check the directory's permissions and the free space.",
            ),
        ),
        Fault::DirectoryShared => explained(
            "directory-shared",
            lang,
            (
                "他の利用者も設定フォルダに書き込めます。",
                "自分だけが書き込めるようにしてください（Linux では chmod go-w）。",
            ),
            (
                "Other users may write to the configuration directory.",
                "Make it writable only by you (on Linux: chmod go-w).",
            ),
        ),
        Fault::DirectoryName => explained(
            "directory-name",
            lang,
            (
                "設定フォルダの名前に、使えない文字があります。",
                "--config-dir で別のフォルダを指定してください。",
            ),
            (
                "The name of the configuration directory is not valid text.",
                "Name another directory with --config-dir.",
            ),
        ),
        Fault::NoSpace => explained(
            "disk-full",
            lang,
            (
                "空き容量が足りません。",
                "不要なファイルを削除してください。",
            ),
            (
                "There is too little free space.",
                "Delete files that you do not need.",
            ),
        ),
        Fault::BankFiles => explained(
            "bank-files-invalid",
            lang,
            (
                "使えない金融機関の設定ファイルがあります。",
                "inkan-agent bank list で理由を見て、金融機関から正しいファイルを受け取ってください。",
            ),
            (
                "Some bank files are invalid.",
                "Run `inkan-agent bank list` to see why, and get the correct file from the bank.",
            ),
        ),
        Fault::Setup(cause) => caused(
            cause,
            lang,
            (
                "設定ファイルを使えません。",
                "inkan-agent module list または bank list で理由を確認してください。",
            ),
            (
                "A configuration file cannot be used.",
                "Run `inkan-agent module list` or `bank list` to see why.",
            ),
        ),
        Fault::BankConnection(cause) => caused(
            cause,
            lang,
            (
                "金融機関に接続できません。",
                "インターネットへの接続とプロキシの設定を確認してください。",
            ),
            (
                "The bank cannot be reached.",
                "Check the connection to the Internet and the proxy settings.",
            ),
        ),
        Fault::ClockWrong => explained(
            "clock-wrong",
            lang,
            (
                "このコンピューターの時計が、金融機関の時計と大きく違います。",
                "時計を自動で合わせるように設定してください。",
            ),
            (
                "This computer's clock differs from the bank's.",
                "Have the system set the clock automatically.",
            ),
        ),
        Fault::Proxy(cause) => caused(
            cause,
            lang,
            (
                "設定されたプロキシを使えません。",
                "agent.toml またはシステムのプロキシの設定を直してください。",
            ),
            (
                "The configured proxy cannot be used.",
                "Correct the proxy in agent.toml or in the system's settings.",
            ),
        ),
        Fault::NoLocks(cause) => caused(
            cause,
            lang,
            (
                "設定フォルダでファイルをロックできません。同時に二つ起動すると互いに妨げます。",
                "設定フォルダをこのコンピューターのディスクに置いてください。",
            ),
            (
                "Files in the configuration directory cannot be locked. Two agents at once would disturb each other.",
                "Keep the configuration directory on a disk of this computer.",
            ),
        ),
        Fault::LinkProgramMissing => explained(
            "scheme-program-missing",
            lang,
            (
                "リンクを開くプログラムとして登録されたファイルがありません。",
                "inkan-agent register で登録し直してください。",
            ),
            (
                "The program that is registered for links does not exist.",
                "Run `inkan-agent register` again.",
            ),
        ),
        Fault::LinkProgramOther => explained(
            "scheme-other-program",
            lang,
            (
                "リンクは別のプログラムで開かれます。",
                "inkan-agent register で登録し直してください。覚えのないプログラムなら管理者にお知らせください。",
            ),
            (
                "Another program opens the links.",
                "Run `inkan-agent register` again. If you do not know that program, tell your administrator.",
            ),
        ),
        Fault::LinkProgramOtherCopy => explained(
            "scheme-other-copy",
            lang,
            (
                "リンクは、別のフォルダにあるこのアプリで開かれます。",
                "この電子証明書アプリで開くには inkan-agent register を実行してください。別のフォルダに入れた覚えがなければ管理者にお知らせください。",
            ),
            (
                "The links are opened by a copy of this app in another directory.",
                "To open them with this one, run `inkan-agent register`. If you do not know of another copy, tell your administrator.",
            ),
        ),
        Fault::LinkProgramChosen => explained(
            "scheme-user-choice",
            lang,
            (
                "Windows の設定で、リンクを開くプログラムとして別のものが選ばれています。",
                "「設定」→「アプリ」→「既定のアプリ」で INKAN のリンクを開くアプリを選び直してください。覚えのないプログラムなら管理者にお知らせください。",
            ),
            (
                "Another program is chosen for the links in the settings of Windows.",
                "In Settings, Apps, Default apps, choose this app for the link type INKAN. If you do not know that program, tell your administrator.",
            ),
        ),
        Fault::Unresponsive => explained(
            "card-unresponsive",
            lang,
            (
                "応答しないカードがあります。",
                "カードの向きと汚れを確認して、差し直してください。",
            ),
            (
                "A card does not respond.",
                "Check that it is clean and the right way round, and insert it again.",
            ),
        ),
        Fault::Drivers => explained(
            "driver-failed",
            lang,
            (
                "読み込めないドライバーがあります。",
                "メーカーのドライバーを入れ直すか、使わないものを inkan-agent module remove で外してください。",
            ),
            (
                "Some token drivers cannot be loaded.",
                "Install the vendor's driver again, or remove one that you do not use with `inkan-agent module remove`.",
            ),
        ),
        Fault::BrokenLinks => explained(
            "store-link-broken",
            lang,
            (
                "金融機関の電子証明書に、鍵が見つからないものがあります。",
                "電子証明書アプリのウィンドウ（または inkan-agent list）で理由を見て、使えない電子証明書を削除してください。",
            ),
            (
                "There are certificates of a bank whose key cannot be found.",
                "See the reason in the app's window (or with `inkan-agent list`), and delete what cannot be used.",
            ),
        ),
        Fault::Step(step, cause) => {
            let (ja, en) = step_names(*step);
            let (ja, en) = (
                format!("試験用の鍵で失敗しました: {ja}。"),
                format!("The throw-away key failed: {en}."),
            );
            caused(
                cause,
                lang,
                (
                    &ja,
                    "コードの意味は手引きにあります。報告書をヘルプデスクに渡してください。",
                ),
                (
                    &en,
                    "The guide explains the code. Give the report to the help desk.",
                ),
            )
        }
        Fault::WrongSignature => explained(
            "signature-invalid",
            lang,
            (
                "鍵の署名が正しくありません。",
                "この鍵の保管場所は使わず、ヘルプデスクにお知らせください。",
            ),
            (
                "A signature of the key is invalid.",
                "Do not use this key store, and contact the help desk.",
            ),
        ),
        Fault::LeftBehind => explained(
            "throw-away-key-left",
            lang,
            (
                "試験用の鍵または証明書を削除できませんでした。",
                "もう一度 inkan-agent self-test を実行してください。残ったものを削除します。",
            ),
            (
                "The throw-away key or its certificate could not be deleted.",
                "Run `inkan-agent self-test` again: it deletes what was left.",
            ),
        ),
        Fault::Tls(cause) => caused(
            cause,
            lang,
            (
                "試験用の証明書で、このコンピューターの中の TLS 接続ができません。",
                "ウイルス対策ソフトが 127.0.0.1 への接続を妨げていないか確認し、報告書をヘルプデスクに渡してください。",
            ),
            (
                "There was no TLS connection within this computer with the throw-away certificate.",
                "Check that no security software blocks connections to 127.0.0.1, and give the report to the help desk.",
            ),
        ),
    }
}

const fn step_names(step: Step) -> (&'static str, &'static str) {
    match step {
        Step::Open => ("保管場所を開く", "open the store"),
        Step::Generate => ("鍵を作る", "generate the key"),
        Step::ReadBack => (
            "鍵を取り出せないことの確認",
            "check that it cannot be exported",
        ),
        Step::Sign => ("署名", "sign"),
        Step::Write => ("証明書を書く", "write the certificate"),
        Step::Find => ("証明書から鍵を見つける", "find it through its certificate"),
        Step::SignAgain => ("見つけた鍵での署名", "sign with the key that was found"),
        Step::Delete => ("鍵と証明書を削除する", "delete key and certificate"),
    }
}
