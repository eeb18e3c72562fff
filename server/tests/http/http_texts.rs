//! The sentences that customers know from the bank's own guide, word for word.

use crate::harness::Bank;
use crate::journey::{Browser, USER, account};

/// Texts that depend on the page.
const TEXTS: &[(&str, &[&str])] = &[
    (
        "/",
        &[
            "BLGI001",
            "電子証明書をお持ちの方は、「電子証明書ログイン」ボタンを押してください。",
            "ログインIDとログインパスワードでログインする場合は、ログインIDとログインパスワードを入力の上、「ログイン」ボタンを押してください。",
            "電子証明書でログインされる方は、ログインIDの入力は不要です。",
            "電子証明書方式のお客様",
            "証明書を取得されていない方、もしくは証明書を再取得される方は、「電子証明書発行」ボタンより証明書の発行を行ってください。",
            "ID・パスワード方式のお客様",
            "初めてご利用されるお客様",
            "初めてご利用の方は、最初にログインID取得を行ってください。",
            "ソフトウェアキーボードを開く",
            "ソフトウェアキーボードを使用",
            "ヘルプ",
        ],
    ),
    (
        "/certificate/identify",
        &[
            "BSMS001",
            "証明書取得 » 証明書取得認証",
            "初めてログインIDを取得されるお客様",
            "電子証明書発行の前にログインIDの取得が必要です。",
            "ログインIDをお持ちでなければ、「ログインID取得」ボタンを押してログインIDを取得してください。",
            "ログインID取得まで完了しているお客様",
            "電子証明書発行に必要な本人認証を行います。",
            "ログインIDとログインパスワードを入力の上、「認証」ボタンを押してください。",
        ],
    ),
    (
        "/register/account",
        &[
            "BLIS005",
            "ログインID取得 » 口座情報登録",
            "以下の項目を入力の上、「次へ」ボタンを押してください。",
            "※は入力必須項目です。",
            "代表口座情報",
            "(半角数字3桁)",
            "(半角数字7桁以内)",
            "認証項目",
            "仮ログインパスワード",
            "仮確認用パスワード",
        ],
    ),
    (
        "/register/user",
        &[
            "BLIS006",
            "ログインID取得 » サービス開始登録",
            "利用者情報",
            "(全角30文字以内[半角可])",
            "(半角英数字記号4文字以上64文字以内)",
            "(半角英数字記号6文字以上12文字以内)",
            "※ 確認のため再度入力してください。",
            "新しいログインパスワード",
            "新しい確認用パスワード",
        ],
    ),
    (
        "/register/confirm",
        &[
            "BLIS003",
            "ログインID取得 » サービス開始登録確認",
            "以下の内容でサービス開始登録を行います。",
            "内容を確認の上、「登録」ボタンを押してください。",
            "企業名(カナ)",
            "ｶﾌﾞｼｷｶﾞｲｼﾔｵｵｿﾞﾗｼﾖｳｼﾞ",
            "株式会社大空商事",
            "データ花子",
            "●●●●●●●●●●●●●●●●",
        ],
    ),
    (
        "/register/done",
        &[
            "BLIS004",
            "ログインID取得 » サービス開始登録結果",
            "以下の内容でサービス開始登録が完了しました。",
            "ログインIDをお忘れにならないようご注意ください。",
            "登録したログインIDでログインする場合は、「ログインへ」ボタンを押してください。",
            "引き続き電子証明書の発行を行う場合は、「電子証明書発行へ」ボタンを押してください。",
        ],
    ),
    (
        "/certificate/confirm",
        &[
            "BSMS002",
            "証明書取得 » 証明書発行確認",
            "電子証明書の発行が行えます。",
            "証明書の発行を行うには、「発行」ボタンを押してください。",
        ],
    ),
    (
        "/certificate/progress",
        &[
            "BSMS003",
            "証明書取得 » 証明書発行処理中",
            "電子証明書を発行中です。",
            "このまましばらくお待ちください。",
        ],
    ),
];

/// Step bars: URL, names, and the current step.
const STEPS: &[(&str, [&str; 4], usize)] = &[
    ("/register/account", REGISTRATION, 0),
    ("/register/user", REGISTRATION, 1),
    ("/register/confirm", REGISTRATION, 2),
    ("/register/done", REGISTRATION, 3),
    ("/certificate/identify", ISSUE, 0),
    ("/certificate/confirm", ISSUE, 1),
    ("/certificate/progress", ISSUE, 2),
];
const REGISTRATION: [&str; 4] = [
    "代表口座を入力",
    "利用者情報を入力",
    "入力内容を確認",
    "サービス開始登録完了",
];
const ISSUE: [&str; 4] = ["個人認証", "証明書発行", "処理中", "発行完了"];

fn check(path: &str, body: &str) {
    for (_, texts) in TEXTS.iter().filter(|(of, _)| *of == path) {
        for text in *texts {
            assert!(body.contains(text), "{path}: {text}");
        }
    }
    for (_, names, current) in STEPS.iter().filter(|(of, ..)| *of == path) {
        let (_, bar) = body.split_once("<nav class=\"steps\"").unwrap();
        let (bar, _) = bar.split_once("</nav>").unwrap();
        let items: Vec<&str> = bar.split("<li").skip(1).collect();
        assert_eq!(items.len(), names.len(), "{path}");
        for (at, (item, name)) in items.iter().zip(names).enumerate() {
            assert!(item.contains(&format!(">{name}<")), "{path}: {name}");
            assert_eq!(item.contains("aria-current=\"step\""), at == *current);
        }
    }
}

#[tokio::test]
async fn http_every_screen_says_what_the_guide_shows() {
    let bank = Bank::open().await;
    let mut browser = Browser::open(&bank).await;
    let mut seen = Vec::new();
    for (path, post) in [
        ("/", None),
        ("/certificate/identify", None),
        ("/register/account", Some(account(&bank))),
        ("/register/user", Some(USER.to_owned())),
        ("/register/confirm", Some("action=register".to_owned())),
        ("/register/done", None),
        ("/certificate/confirm", Some(String::new())),
        ("/certificate/progress", None),
    ] {
        let page = browser.get(&bank, path).await;
        check(path, &page.body);
        seen.push(path);
        if let Some(fields) = post {
            browser.post(&bank, path, &fields).await;
        }
        // Nothing is issued before an approver has seen the registered user.
        if path == "/register/done" {
            bank.approve_application("1234567").await;
        }
    }
    assert!(TEXTS.iter().all(|(path, _)| seen.contains(path)));
    assert!(STEPS.iter().all(|(path, ..)| seen.contains(path)));
}

#[tokio::test]
async fn http_help_explains_and_names_the_desk() {
    let bank = Bank::open().await;
    let help = Browser::open(&bank).await.get(&bank, "/help").await;
    for text in [
        "電子証明書とは",
        "『クライアント認証』とは",
        "メリット",
        "デメリット",
        "けんみん信組インターネットバンキングヘルプデスク",
        "0120-565-657",
        "平日 9:00～24:00",
        "土・日・祝日 9:00～17:00",
        "Microsoft Edge、Google Chrome、Firefox",
        "トークンを紛失した",
    ] {
        assert!(help.body.contains(text), "{text}");
    }
}
