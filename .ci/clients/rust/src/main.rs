//! Sends with the published Rust clients of Plunk, of which neither can track. Only the base URL and the key are changed.
//!
//! Plunk's address is built into `plunk`, so `.ci/clients/run` starts a proxy for it.

use std::env;

use plunk::{PlunkClient, PlunkClientTrait, PlunkPayloads};
use plunk_rs::{Client, Email, Error};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// An address that passes the client's own check, and not the API's.
const WRONG_ADDRESS: &str = "ada..lovelace@example.org";

#[tokio::main]
async fn main() -> Outcome {
    let (url, key) = (env::var("POSTHORN_URL")?, env::var("POSTHORN_SECRET_KEY")?);
    let wrong_key = format!("sk_{}", "0".repeat(48));
    plunk_rs_sends(&url, &key, &wrong_key).await?;
    println!("clients: plunk-rs sends");
    plunk_sends(&key, &wrong_key).await?;
    println!("clients: plunk sends");
    Ok(())
}

async fn plunk_rs_sends(url: &str, key: &str, wrong_key: &str) -> Outcome {
    let client = Client::builder(key).base_url(url)?.build()?;
    let email = |to: &str| Email::html(to, "Your order", "<p>Thank you.</p>");
    let sent = client.send(&email("plunk-rs@example.org")?).await?;
    let delivery = &sent.deliveries()[0];
    assert_eq!((sent.deliveries().len(), delivery.contact().email()), (1, "plunk-rs@example.org"));
    assert!(delivery.id().len() == 36 && delivery.contact().id().len() == 36 && sent.timestamp().ends_with('Z'));

    let Err(Error::Api(error)) = client.send(&email(WRONG_ADDRESS)?).await else { panic!("not refused") };
    let field_error = &error.field_errors()[0];
    assert_eq!((error.status().as_u16(), error.error_code()), (422, Some("VALIDATION_ERROR")));
    assert_eq!((field_error.field(), field_error.error_code()), ("to", Some("invalid_email")));
    assert!(error.body().contains("to: Must be an email address"), "{}", error.body());

    let client = Client::builder(wrong_key).base_url(url)?.build()?;
    let Err(Error::Api(error)) = client.send(&email("plunk-rs@example.org")?).await else { panic!("not refused") };
    assert_eq!((error.status().as_u16(), error.error_code()), (401, Some("INVALID_API_KEY")));
    assert!(error.message().starts_with("Invalid API key"), "{error}");
    Ok(())
}

/// The client's error has the status of a failure and nothing else of the answer.
async fn plunk_sends(key: &str, wrong_key: &str) -> Outcome {
    let send = async |key: &str, to: &str| {
        let client = PlunkClient::new(key.to_owned());
        let (subject, body) = (Some("Your order".to_owned()), "<p>Thank you.</p>".to_owned());
        let sent = client.send_transactional_email(PlunkPayloads { to: to.to_owned(), subject, body }).await;
        sent.map_err(|error| error.to_string())
    };
    assert_eq!(send(key, "plunk@example.org").await?, "Email sent successfully");
    for (key, to, status) in [(key, "ada", "422"), (wrong_key, "plunk@example.org", "401")] {
        let error = send(key, to).await.expect_err("it is refused");
        assert!(error.starts_with(&format!("Failed to send email: {status}")), "{error}");
    }
    Ok(())
}
