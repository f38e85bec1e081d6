//! The API: it has to answer.

use serde_json::Value;

use super::Finding;
use crate::{
    http::{self, HttpError},
    target::Target,
};

const CHECK: &str = "API";

pub(super) async fn api(target: &Target) -> Vec<Finding> {
    let Some(url) = target.resources.api_url.as_deref() else { return vec![Finding::skip(CHECK, "address")] };
    let url = url.trim_end_matches('/');
    let remedy = "See the function track and the API in the AWS console; is a domain name in front of it right?";
    vec![match http::get(&format!("{url}/health")).await {
        Ok(answer) if answer.status == 200 && is_ours(&answer.body) => Finding::ok(CHECK, format!("{url} answers")),
        Ok(answer) => {
            Finding::fail(CHECK, format!("{url}/health answers {}, and not as it should", answer.status), remedy)
        }
        Err(HttpError::NeverConnected) => Finding::fail(CHECK, format!("{url} does not answer: no connection"), remedy),
        Err(HttpError::Lost(why)) => Finding::fail(CHECK, format!("{url} {why}"), remedy),
        Err(HttpError::BadRequest) => Finding::fail(CHECK, format!("{url} is no address"), remedy),
    }]
}

fn is_ours(body: &[u8]) -> bool {
    serde_json::from_slice::<Value>(body).is_ok_and(|answer| answer["status"] == "ok")
}
