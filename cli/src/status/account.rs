//! SES's account: its permission to send, and its quota.

use aws_sdk_sesv2::operation::get_account::GetAccountOutput;
use posthorn_domains::AwsError;

use super::Finding;
use crate::target::Target;

/// A share of the quota at which somebody should ask for more.
const WARNING_SHARE: f64 = 0.8;

pub(super) async fn account(target: &Target) -> Vec<Finding> {
    match target.ses.get_account().send().await {
        Ok(account) => vec![sandbox(&account), sending(&account), quota(&account)],
        Err(error) => vec![Finding::unknown("SES account", AwsError::new("ses:GetAccount", &error))],
    }
}

fn sandbox(account: &GetAccountOutput) -> Finding {
    if account.production_access_enabled() {
        return Finding::ok("SES account", "out of the sandbox");
    }
    Finding::warn(
        "SES account",
        "in the sandbox: mail reaches verified addresses alone",
        "Ask for production access in the SES console, under Account dashboard.",
    )
}

fn sending(account: &GetAccountOutput) -> Finding {
    const CHECK: &str = "SES sending";
    let status = account.enforcement_status().unwrap_or("unknown");
    match (account.sending_enabled(), status) {
        (false, _) | (_, "SHUTDOWN") => Finding::fail(
            CHECK,
            format!("paused (status {status}): every mail fails"),
            "Read what SES wrote to the account's address, and answer it in the SES console.",
        ),
        (true, "HEALTHY") => Finding::ok(CHECK, "enabled, and the account is healthy"),
        (true, _) => Finding::warn(
            CHECK,
            format!("enabled, but the account is under review (status {status})"),
            "Find the projects whose rates are high: posthorn project list, posthorn project show.",
        ),
    }
}

fn quota(account: &GetAccountOutput) -> Finding {
    const CHECK: &str = "SES quota";
    let Some(quota) = account.send_quota() else {
        return Finding::warn(CHECK, "SES names none", "Look in the SES console, under Account dashboard.");
    };
    let (used, max, rate) = (quota.sent_last24_hours(), quota.max24_hour_send(), quota.max_send_rate());
    if max < 0.0 {
        return Finding::ok(CHECK, format!("{used:.0} emails in 24 hours, no limit; {rate:.0} a second"));
    }
    let message = format!("{used:.0} of {max:.0} emails in 24 hours; {rate:.0} a second");
    if used >= max * WARNING_SHARE {
        return Finding::warn(CHECK, message, "Ask for a higher quota in Service Quotas before it is used up.");
    }
    Finding::ok(CHECK, message)
}

#[cfg(test)]
mod tests {
    use aws_sdk_sesv2::types::SendQuota;

    use super::*;
    use crate::status::CheckStatus;

    fn account(enabled: bool, enforcement: &str, used: f64, max: f64) -> GetAccountOutput {
        let quota = SendQuota::builder().sent_last24_hours(used).max24_hour_send(max).max_send_rate(14.0).build();
        GetAccountOutput::builder().sending_enabled(enabled).enforcement_status(enforcement).send_quota(quota).build()
    }

    #[test]
    fn an_account_that_may_not_send_fails_and_one_under_review_warns() {
        for (enabled, enforcement, status) in [
            (true, "HEALTHY", CheckStatus::Ok),
            (true, "PROBATION", CheckStatus::Warn),
            (true, "SHUTDOWN", CheckStatus::Fail),
            (false, "HEALTHY", CheckStatus::Fail),
        ] {
            assert_eq!(sending(&account(enabled, enforcement, 0.0, 1.0)).status, status, "{enforcement}");
        }
    }

    #[test]
    fn a_quota_warns_before_it_is_used_up() {
        for (used, max, status) in [
            (0.0, 200.0, CheckStatus::Ok),
            (159.0, 200.0, CheckStatus::Ok),
            (160.0, 200.0, CheckStatus::Warn),
            (9.0, -1.0, CheckStatus::Ok),
        ] {
            assert_eq!(quota(&account(true, "HEALTHY", used, max)).status, status, "{used} of {max}");
        }
    }
}
