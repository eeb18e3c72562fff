//! The path of the counter: a contract and its letter, an application by one person, the approval by another.

use crate::Outcome;
use crate::bank::{DemoCustomer, Dev};
use crate::browser::Browser;
use crate::page::{Form, Page};

/// A browser of the member of staff with this role.
pub fn at_work(dev: &Dev, role: &str) -> Outcome<Browser> {
    Browser::of_staff(&dev.server_ca, dev.staff_with_role(role)?)
}

/// A browser of the member of staff of this name.
pub fn at_work_as(dev: &Dev, name: &str) -> Outcome<Browser> {
    let found = dev.staff_identities.iter().find(|one| one.name == name);
    let identity = found.ok_or_else(|| format!("nobody is called {name}"))?;
    Browser::of_staff(&dev.server_ca, identity)
}

/// 「契約を登録する」: the contract of a new company at branch 100, entered by `staff` and approved by `approver-2`; its letter
/// is requested by `approver-2` and shown to `teller-2`. Returns what the customer receives.
pub fn open_contract(
    staff: &Browser,
    dev: &Dev,
    account: &str,
    company: &str,
    kana: &str,
) -> Outcome<DemoCustomer> {
    let page = staff.open(&format!("{}/contracts/new", dev.staff))?;
    let form = page.form("/contracts/new")?.fill_all(&[
        ("branch", "100"),
        ("account_type", "ordinary"),
        ("account", account),
        ("company_name", company),
        ("company_kana", kana),
    ])?;
    let entered = staff.send(&page, &form)?;
    let path = entered.url.path().to_owned();
    if !path.starts_with("/proposals/") {
        return Err(format!("not entered:\n{}", entered.text()).into());
    }
    let approver = at_work_as(dev, "approver-2")?;
    let contract = decide(&approver, dev, &path)?.link("/contracts/")?;
    let ask = |who: &Browser| -> Outcome<Page> {
        let page = who.open(&format!("{}{contract}", dev.staff))?;
        who.send(&page, &page.form(&format!("{contract}/letter"))?)
    };
    ask(&approver)?.must_show("通知書はまだ発行されていません")?;
    let letter = ask(&at_work_as(dev, "teller-2")?)?.must_show("仮ログインパスワード")?;
    Ok(DemoCustomer {
        branch: "100".to_owned(),
        account_type: "ordinary".to_owned(),
        account: account.to_owned(),
        temporary_login_password: fact(&letter, "仮ログインパスワード")?,
        temporary_confirmation_password: fact(&letter, "仮確認用パスワード")?,
    })
}

/// 「電子証明書利用申込みを入力」 on the contract of this account. Returns the path of the entry.
pub fn enter_application(staff: &Browser, dev: &Dev, account: &str) -> Outcome<String> {
    let page = staff.open(&format!("{}/contracts?q={account}", dev.staff))?;
    let contract = page.row(account)?.link("/contracts/")?;
    let path = format!(
        "{}/application",
        contract.split('?').next().unwrap_or_default()
    );
    let page = staff.open(&format!("{}{path}", dev.staff))?;
    let form = page.form(&path)?.fill("reference", "IB-2026-0001")?;
    let entered = staff.send(&page, &form)?;
    let path = entered.url.path().to_owned();
    if path.starts_with("/proposals/") {
        Ok(path)
    } else {
        Err(format!("not entered:\n{}", entered.text()).into())
    }
}

/// Whether an approver finds this account among the pending entries.
pub fn waits_for_approval(approver: &Browser, dev: &Dev, account: &str) -> Outcome<bool> {
    let list = approver.open(&format!("{}/proposals", dev.staff))?;
    Ok(list
        .row(account)
        .and_then(|row| row.link("/proposals/"))
        .is_ok())
}

/// 「承認」 at this path. Returns the next page.
pub fn decide(staff: &Browser, dev: &Dev, path: &str) -> Outcome<Page> {
    let page = staff.open(&format!("{}{path}", dev.staff))?;
    let form = match page.form(&format!("{path}/approve")) {
        Ok(form) => form,
        // This person has no button. Somebody who knows the URL can still send the button's request.
        Err(_) => forged_approval(staff, dev, path)?,
    };
    staff.send(&page, &form)
}

/// 「承認」 of the pending application of this account, by an approver who is shown who has registered. Nothing if none is
/// pending.
pub fn approve_waiting(dev: &Dev, account: &str) -> Outcome {
    let approver = at_work(dev, "approver")?;
    let list = approver.open(&format!("{}/proposals", dev.staff))?;
    let Ok(path) = list.row(account).and_then(|row| row.link("/proposals/")) else {
        return Ok(());
    };
    decide(&approver, dev, &path)?;
    if waits_for_approval(&approver, dev, account)? {
        return Err("the approval had no effect".into());
    }
    Ok(())
}

/// A contract whose application awaits the registration.
pub fn contract_with_application(dev: &Dev, account: &str) -> Outcome<DemoCustomer> {
    let teller = at_work(dev, "teller")?;
    let contract = open_contract(
        &teller,
        dev,
        account,
        "有限会社小海工業",
        "ﾕｳｹﾞﾝｶﾞｲｼﾔｺｳﾐｺｳｷﾞﾖｳ",
    )?;
    enter_application(&teller, dev, account)?;
    Ok(contract)
}

fn forged_approval(staff: &Browser, dev: &Dev, path: &str) -> Outcome<Form> {
    let page = staff.open(&format!("{}/contracts/new", dev.staff))?;
    let token = page
        .form("/contracts/new")?
        .fields
        .into_iter()
        .filter(|(name, _)| name == "form_token");
    let mut fields: Vec<(String, String)> = token.collect();
    fields.push(("shown".to_owned(), "1".to_owned()));
    Ok(Form {
        action: format!("{path}/approve"),
        post: true,
        fields,
        buttons: Vec::new(),
    })
}

/// The value beside a label.
fn fact(page: &Page, label: &str) -> Outcome<String> {
    let text = page.text();
    let value = text.lines().skip_while(|l| *l != label).nth(1);
    value
        .map(str::to_owned)
        .ok_or_else(|| format!("no {label} on the page:\n{text}").into())
}
