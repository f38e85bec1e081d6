use std::{env, error::Error};

use reqwest::Client;
use serde_json::{Value, json};

async fn post(http: &Client, path: &str, key: &str, once: &str, body: Value) -> Result<Value, Box<dyn Error>> {
    let url = env::var("POSTHORN_URL").unwrap_or_else(|_| "http://localhost:3000".to_owned());
    let request = http.post(url + path).bearer_auth(env::var(key)?).header("Idempotency-Key", once).json(&body);
    let response = request.send().await?;
    let status = response.status();
    let answer: Value = response.json().await?;
    if status.is_success() {
        return Ok(answer["data"].clone());
    }
    let code = answer["error"]["code"].as_str().unwrap_or(status.as_str());
    Err(format!("{code}: {}", answer["error"]["message"]).into())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let http = Client::new();
    let mail = json!({
        "to": "ada@example.org",
        "subject": "Your order",
        "body": "<p>Thank you, {{ name ?? friend }}.</p>",
        "data": {"name": "Ada"},
    });
    let sent = post(&http, "/v1/send", "POSTHORN_SECRET_KEY", "order-1004", mail).await?;
    println!("{}", sent["emails"][0]["status"]);

    let event = json!({"email": "ada@example.org", "event": "signed_up", "data": {"plan": "pro"}});
    let tracked = post(&http, "/v1/track", "POSTHORN_PUBLIC_KEY", "sign-up-1004", event).await?;
    println!("{}", tracked["event"]);
    Ok(())
}
