//! Configuration files and the command line.

use super::{Text, text};
use crate::error::{FieldFault, SetupError, UsageError};
use crate::exit::Exit;

/// How a user makes a file private: Japanese, English.
const MAKE_PRIVATE: (&str, &str) = if cfg!(windows) {
    (
        "ファイルのプロパティの「セキュリティ」で、自分だけが読めるようにするか、自分のユーザーフォルダーに置いてください。",
        "In its properties, under \"Security\", make it readable only by you, or keep it in your user folder.",
    )
} else {
    (
        "chmod 600 で自分だけが読めるようにしてください。",
        "Make it readable only by you: chmod 600.",
    )
};

/// The variable that defines where a user's files are.
const HOME: &str = if cfg!(windows) { "APPDATA" } else { "HOME" };

pub(super) fn usage(error: &UsageError) -> (&'static str, Exit, Text) {
    let (code, text) = match error {
        UsageError::CommandLine { detail } => (
            "command-line",
            text(
                format!("コマンドの書き方が正しくありません（{detail}）。"),
                "inkan-agent --help で書き方を確認してください。",
                format!("The command line is wrong ({detail})."),
                "See `inkan-agent --help`.",
            ),
        ),
        UsageError::PinFileNotText { path } => (
            "pin-file-not-text",
            text(
                format!(
                    "PIN のファイル {} は UTF-8 のテキストファイルではありません。何も送っていないので、残り回数は減っていません。",
                    path.display()
                ),
                "PIN を半角で、UTF-8 のファイルの一行目に書いてください。",
                format!(
                    "The PIN file {} is not a UTF-8 text file. Nothing was sent, so no try was used.",
                    path.display()
                ),
                "Write the PIN in half-width characters as the first line of a UTF-8 file.",
            ),
        ),
        UsageError::PinVariableNotText { name } => (
            "pin-variable-not-text",
            text(
                format!(
                    "環境変数 {name} の値は UTF-8 ではありません。何も送っていないので、残り回数は減っていません。"
                ),
                "PIN を半角で入れてください。",
                format!(
                    "The environment variable {name} is not UTF-8. Nothing was sent, so no try was used."
                ),
                "Write the PIN in half-width characters.",
            ),
        ),
        UsageError::PinFile { path, detail } => (
            "pin-file",
            text(
                format!(
                    "PIN のファイル {} を読めません（{detail}）。",
                    path.display()
                ),
                "--pin-file の場所と権限を確認してください。",
                format!("The PIN file {} cannot be read ({detail}).", path.display()),
                "Check the path and permissions given with --pin-file.",
            ),
        ),
        UsageError::PinFileShared { path } => (
            "pin-file-shared",
            text(
                format!(
                    "PIN のファイル {} は他の人も読めます。PIN は使われていません。",
                    path.display()
                ),
                MAKE_PRIVATE.0,
                format!(
                    "Other users can read the PIN file {}. The PIN was not used.",
                    path.display()
                ),
                MAKE_PRIVATE.1,
            ),
        ),
        UsageError::PinVariable { name } => (
            "pin-variable",
            text(
                format!("環境変数 {name} に PIN がありません。"),
                "--pin-env の名前を確認してください。",
                format!("The environment variable {name} does not contain a PIN."),
                "Check the name given with --pin-env.",
            ),
        ),
        UsageError::PinEmpty => (
            "pin-source-empty",
            text(
                "PIN の入力元が空か、長すぎます。",
                "PIN を一行で入れてください。",
                "The PIN source is empty or far too long.",
                "Write the PIN there as a single line.",
            ),
        ),
        UsageError::PinsDiffer => (
            "pins-differ",
            text(
                "新しい PIN が二度とも同じになっていません。PIN は変わっていません。",
                "はじめからやり直して、同じ PIN を二度入れてください。",
                "The two entries of the new PIN differ. Nothing was changed.",
                "Start again and enter the same PIN twice.",
            ),
        ),
        UsageError::LastCertificate { bank } => (
            "certificate-last",
            text(
                format!("{bank}に使える、このトークンで最後の証明書です。削除していません。"),
                "新しい証明書を発行してから削除するか、それでも削除するときは --last を付けてください。",
                format!(
                    "This is the last certificate on this token that {bank} accepts. It was not deleted."
                ),
                "Have a new certificate issued first. To delete this one anyway, add --last.",
            ),
        ),
        UsageError::SeveralBanks { ids } => (
            "bank-not-named",
            text(
                format!(
                    "このトークンには複数の金融機関の証明書があります（{}）。",
                    ids.join("、")
                ),
                "どの金融機関の証明書を更新するのか、コマンドに付けてください。",
                format!(
                    "This token holds certificates of several banks ({}).",
                    ids.join(", ")
                ),
                "Name the bank whose certificate is to be renewed.",
            ),
        ),
        UsageError::NoSuchModule { wanted } => (
            "module-unknown",
            text(
                format!(
                    "「{wanted}」という知られたドライバーは入っておらず、その名のファイルもありません。"
                ),
                "inkan-agent module list で名前を見るか、ファイルの絶対パスを書いてください。",
                format!(
                    "\"{wanted}\" is neither a known token driver that is installed on this computer nor a file."
                ),
                "Run `inkan-agent module list` to see the names, or enter the absolute path of the file.",
            ),
        ),
        UsageError::ModuleNotListed { wanted } => (
            "module-not-listed",
            text(
                format!("使っているドライバーに「{wanted}」はありません。"),
                "名前は inkan-agent module list で見られます。",
                format!("No token driver in use is called \"{wanted}\"."),
                "Run `inkan-agent module list` to see the names.",
            ),
        ),
        UsageError::ReportExists { path } => (
            "report-exists",
            text(
                format!("{} はすでにあります。上書きしません。", path.display()),
                "--report に別の名前を付けてください。",
                format!("{} exists already and is not overwritten.", path.display()),
                "Give another name with --report.",
            ),
        ),
        UsageError::NotARecord { path } => (
            "record-unusable",
            text(
                format!("{} は空か、4 MiB を超えています。", path.display()),
                "`inkan-hsm record` で書き出した記録を指定してください。",
                format!("{} is empty, or larger than 4 MiB.", path.display()),
                "Name the record that `inkan-hsm record` wrote.",
            ),
        ),
        UsageError::OutExists { path } => (
            "out-exists",
            text(
                format!("{} はすでにあります。上書きしません。", path.display()),
                "--out に別の名前を付けてください。",
                format!("{} exists already and is not overwritten.", path.display()),
                "Give another name with --out.",
            ),
        ),
        UsageError::NotASet { path } => (
            "share-set-invalid",
            text(
                format!(
                    "{} は、トークン向けの分割片を含む組のファイルではありません。",
                    path.display()
                ),
                "鍵生成の式で inkan-hsm が示したファイルを指定してください。",
                format!("{} is not a set with a share for a token.", path.display()),
                "Name the file that inkan-hsm shows at the ceremony.",
            ),
        ),
        UsageError::Time => (
            "now-invalid",
            text(
                "--now の時刻が読めません。",
                "RFC 3339 で書いてください。",
                "The value of --now is not a valid time.",
                "Write it in the RFC 3339 format.",
            ),
        ),
    };
    (code, Exit::Usage, text)
}

pub(super) fn setup(error: &SetupError) -> (&'static str, Exit, Text) {
    let config = Exit::Configuration;
    match error {
        SetupError::NoDirectory => (
            "config-directory",
            config,
            text(
                "設定フォルダの場所がわかりません。",
                format!("--config-dir で指定するか、環境変数 {HOME} を設定してください。"),
                "The directory for configuration files is unknown.",
                format!("Set it with --config-dir, or set the environment variable {HOME}."),
            ),
        ),
        SetupError::Unreadable { path, detail } => (
            "file-unreadable",
            config,
            text(
                format!("{} を読めません（{detail}）。", path.display()),
                "ファイルの場所と権限を確認してください。",
                format!("{} cannot be read ({detail}).", path.display()),
                "Check that the file exists and that you may read it.",
            ),
        ),
        SetupError::NotText { path } => (
            "file-not-text",
            config,
            text(
                format!(
                    "{} は UTF-8 のテキストファイルではありません。",
                    path.display()
                ),
                "文字コードを UTF-8 にして保存し直すか、金融機関または管理者から正しいファイルを受け取ってください。",
                format!("{} is not a UTF-8 text file.", path.display()),
                "Save it as UTF-8, or get the correct file from the bank or your administrator.",
            ),
        ),
        SetupError::Utf16 { path } => (
            "file-utf16",
            config,
            text(
                format!(
                    "{} は UTF-16（「Unicode」）で保存されています。",
                    path.display()
                ),
                "メモ帳の「名前を付けて保存」で、文字コードに「UTF-8」を選んで保存し直してください。",
                format!("{} is saved as UTF-16 (\"Unicode\").", path.display()),
                "In Notepad, choose \"Save as\" and the encoding \"UTF-8\".",
            ),
        ),
        SetupError::Unwritable { path, detail } => (
            "file-unwritable",
            config,
            text(
                format!("{} に書けません（{detail}）。", path.display()),
                "フォルダの権限と空き容量を確認してください。",
                format!("{} cannot be written ({detail}).", path.display()),
                "Check the directory's permissions and the free space.",
            ),
        ),
        SetupError::TooLarge { path, limit } => (
            "file-too-large",
            config,
            text(
                format!("{} が大きすぎます（{limit} バイトまで）。", path.display()),
                "金融機関から受け取った正しいファイルかどうか確認してください。",
                format!("{} is too large (limit {limit} bytes).", path.display()),
                "Check that it is the file that you received from the bank.",
            ),
        ),
        SetupError::Field { path, field, fault } => (
            "file-field",
            config,
            field_text(&path.display().to_string(), field, fault),
        ),
        SetupError::SecretShared { path } => (
            "file-shared",
            config,
            text(
                format!(
                    "{} にはパスワードがあり、他の人も読めます。使っていません。",
                    path.display()
                ),
                MAKE_PRIVATE.0,
                format!(
                    "{} contains a password and can be read by other users. It was not used.",
                    path.display()
                ),
                MAKE_PRIVATE.1,
            ),
        ),
        SetupError::NoBrowser { kind } => (
            "browser-not-opened",
            config,
            text(
                format!("ブラウザを開けません（{kind}）。ログインは行われていません。"),
                "既定のブラウザを設定するか、inkan-agent open --print-url で表示されるアドレスを、ログインを始めたブラウザで開いてください。",
                format!("No browser could be opened ({kind}). You are not logged in."),
                "Set a default browser. Or run `inkan-agent open --print-url` and open the address it shows in the browser in which you started.",
            ),
        ),
        SetupError::BankUnknown { id } => (
            "bank-unknown",
            Exit::BankUnknown,
            text(
                format!(
                    "金融機関「{id}」は、このコンピューターに登録されていません。何も送っていません。"
                ),
                "お取引の金融機関なら、インターネットバンキングのページから金融機関の設定ファイルを受け取り inkan-agent bank add で登録してください。覚えのないリンクなら閉じてください。",
                format!("The bank \"{id}\" is not installed on this computer. Nothing was sent."),
                "If it is your bank, get its bank file and run `inkan-agent bank add`. If you do not recognise the link, close it.",
            ),
        ),
        SetupError::BankDiffers { id } => (
            "bank-differs",
            config,
            text(
                format!("金融機関「{id}」は、別の内容ですでに登録されています。"),
                "内容を確認したうえで、inkan-agent bank remove で削除してから登録し直してください。",
                format!("The bank \"{id}\" is already installed with different content."),
                "Check which one is correct, then remove the old one with `inkan-agent bank remove`.",
            ),
        ),
    }
}

fn field_text(path: &str, field: &str, fault: &FieldFault) -> Text {
    let (ja, en) = match fault {
        FieldFault::Syntax(detail) => (
            format!("読み取れません: {detail}"),
            format!("cannot be read: {detail}"),
        ),
        FieldFault::Empty => ("空です".to_owned(), "is empty".to_owned()),
        FieldFault::TooLong(limit) => (
            format!("長すぎます（{limit} 文字まで）"),
            format!("is longer than {limit} characters"),
        ),
        FieldFault::ControlCharacter => (
            "制御文字があります".to_owned(),
            "contains a control character".to_owned(),
        ),
        FieldFault::NotHttpsOrigin => (
            "https://ホスト名[:ポート] の形ではありません".to_owned(),
            "is not of the form https://host[:port]".to_owned(),
        ),
        FieldFault::NoCertificate => (
            "PEM の証明書がありません".to_owned(),
            "contains no PEM certificate".to_owned(),
        ),
        FieldFault::TooMany(limit) => (
            format!("多すぎます（{limit} 個まで）"),
            format!("has more than {limit} entries"),
        ),
        FieldFault::BadCertificate => (
            "読み取れない証明書があります".to_owned(),
            "contains a certificate that cannot be read".to_owned(),
        ),
        FieldFault::NotCa => (
            "認証局の証明書ではありません".to_owned(),
            "contains a certificate that is not a CA certificate".to_owned(),
        ),
        FieldFault::NotAbsolute => (
            "絶対パスではありません".to_owned(),
            "is not an absolute path".to_owned(),
        ),
        FieldFault::NotFileName => (
            "ファイル名と違います（<id>.toml にしてください）".to_owned(),
            "does not match the file's name (<id>.toml)".to_owned(),
        ),
        FieldFault::NotProxy => (
            "ここで使えるプロキシのアドレスではありません（http:// か socks5:// のユーザー:パスワード@ホスト:ポート、または none）".to_owned(),
            "is not a supported proxy address (http:// or socks5://user:password@host:port, or none)".to_owned(),
        ),
        FieldFault::OutOfRange { least, most } => (
            format!("{least} から {most} までの数ではありません"),
            format!("is not a number from {least} to {most}"),
        ),
        FieldFault::NotVariable => (
            "環境変数の名前だけを書いてください（= や値は書けません）".to_owned(),
            "must be a list of names of environment variables, without = or values".to_owned(),
        ),
        FieldFault::NotByLines => (
            "この書き方では自動で変えられません。手で直してください".to_owned(),
            "is in a form that cannot be changed automatically; edit the file".to_owned(),
        ),
    };
    let (ja_field, en_field) = if field.is_empty() {
        (String::new(), String::new())
    } else {
        (format!("の項目 {field}"), format!(", field {field},"))
    };
    text(
        format!("{path}{ja_field}が{ja}。"),
        "ファイルを直すか、金融機関または管理者から正しいものを受け取ってください。",
        format!("{path}{en_field} {en}."),
        "Correct the file, or get the correct one from the bank or your administrator.",
    )
}
