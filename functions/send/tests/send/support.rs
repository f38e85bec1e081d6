//! One project, its keys and a function under test; requests with few words.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use posthorn_auth::{KeySelection, PlainKey, rotate};
use posthorn_mail::ses::Ses;
use posthorn_table::{Timestamp, Uuid, contact, project::Project};
use posthorn_testkit::{
    backends::{Backends, Item, TABLE, TestProject, TestRequest, TestResponse},
    openapi::description_of,
    permissions::Permissions,
};
use send::{App, handle};
use serde_json::{Value, json};

/// An endpoint at which nobody listens.
pub(crate) const NOBODY: &str = "http://127.0.0.1:1";

pub(crate) struct World {
    pub(crate) backends: Backends,
    pub(crate) project: TestProject,
    pub(crate) app: App,
    pub(crate) permissions: Permissions,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// A world whose project is changed before it is stored.
    pub(crate) async fn with(change: impl FnOnce(&mut Project)) -> Self {
        let backends = Backends::start().await;
        let project = backends.project(change).await;
        let permissions = Permissions::of("SendFunction");
        let function = backends.as_function(&permissions);
        let app = App { env: function.env, table: function.table, ses: Ses::new(function.ses_config, None) };
        let _set_up = backends.calls.take();
        Self { backends, project, app, permissions }
    }

    pub(crate) fn id(&self) -> Uuid {
        self.project.project.facts.id
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.backends.clock.now()
    }

    pub(crate) fn request(&self, body: &Value) -> TestRequest {
        TestRequest::post("/v1/send", &self.project.secret, body)
    }

    /// Every answer of send is one that `openapi.yaml` describes.
    pub(crate) async fn call(&self, request: TestRequest) -> TestResponse {
        let answer = self.backends.call(request.clone(), |request| handle(&self.app, request)).await;
        let _described = description_of(&request, &answer);
        answer
    }

    pub(crate) async fn send(&self, body: &Value) -> TestResponse {
        self.call(self.request(body)).await
    }

    pub(crate) async fn once(&self, key: &str, body: &Value) -> TestResponse {
        self.call(self.request(body).once(key)).await
    }

    /// Calls, and holds the answer to a refusal: this status and code, nothing written, nothing sent.
    pub(crate) async fn refuses(&self, request: TestRequest, status: u16, code: &str) -> TestResponse {
        let (items, calls) = (self.backends.items().await, self.backends.ses.calls());
        let answer = self.call(request).await;
        assert_eq!((answer.status, answer.code()), (status, Some(code)), "{}", answer.text);
        assert_eq!(answer.json["success"], false);
        assert_eq!(answer.json["error"]["statusCode"], status);
        assert_eq!(self.backends.items().await, items, "a refusal wrote something");
        assert_eq!(self.backends.ses.calls(), calls, "a refusal called SES");
        answer
    }

    /// Changes the domains that the project may send from.
    pub(crate) async fn change_domains(&self, change: impl FnOnce(&mut Vec<String>)) {
        let table = &self.backends.table;
        table.claim_domain("example.com", self.id(), self.now()).await.unwrap();
        let before = table.project(self.id()).await.unwrap().unwrap();
        let mut after = before.clone();
        after.version += 1;
        change(&mut after.facts.domains);
        table.change_project(Some(&before), &after, None).await.unwrap();
    }

    /// The items of one noun, such as `EMAIL#`.
    pub(crate) async fn items(&self, prefix: &str) -> BTreeMap<String, Item> {
        let mut items = self.backends.items().await;
        items.retain(|key, _| key.starts_with(prefix));
        items
    }

    /// The item of a contact, which must be there.
    pub(crate) async fn contact(&self, email: &str) -> Item {
        let key = format!("CONTACT#{} CONTACT", contact::id(self.id(), email));
        self.backends.items().await.remove(&key).unwrap_or_else(|| panic!("no contact {email}"))
    }

    /// The record of an email, if there is one.
    pub(crate) async fn email(&self, id: &Value) -> Option<Item> {
        self.backends.items().await.remove(&format!("EMAIL#{} EMAIL", id.as_str().unwrap()))
    }

    /// The number of email records with each status.
    pub(crate) async fn statuses(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for item in self.items("EMAIL#").await.values() {
            *counts.entry(text(item, "status").to_owned()).or_default() += 1;
        }
        counts
    }

    /// Emails counted as sent, all shards and hours together.
    pub(crate) async fn counted(&self) -> u64 {
        let items = self.items(&format!("STATS#{}#", self.id())).await;
        let counts = items.values().flatten().filter(|(name, _)| name.ends_with(":sent"));
        counts.map(|(_, count)| count.as_n().unwrap().parse::<u64>().unwrap()).sum()
    }

    /// Emails of this month, as the limit counts them.
    pub(crate) async fn used(&self) -> Option<String> {
        let items = self.items(&format!("USAGE#{}", self.id())).await;
        items.values().next().map(|item| item["emails"].as_n().unwrap().clone())
    }

    /// Replaces both keys at once, and gives the new secret one.
    pub(crate) async fn rotate(&self) -> PlainKey {
        let (project, presented) = (&self.project.project, self.project.secret.digest());
        let fill = &mut |buffer: &mut [u8]| self.backends.env.fill(buffer);
        let rotation = rotate(project, &presented, KeySelection::Both, 0, self.now(), fill).unwrap();
        self.backends.table.change_project(Some(project), &rotation.next, None).await.unwrap();
        rotation.minted.into_iter().next().unwrap()
    }

    pub(crate) async fn put(&self, item: Item) {
        self.backends.dynamodb.put_item().table_name(TABLE).set_item(Some(item)).send().await.unwrap();
    }

    /// The number of emails that SES took, and of its calls.
    pub(crate) fn mails_and_calls(&self) -> (usize, usize) {
        (self.backends.ses.mails().len(), self.backends.ses.calls())
    }
}

/// The smallest email to Ada, with these fields over it.
pub(crate) fn email(fields: &Value) -> Value {
    let mut body = json!({"to": "ada@example.org", "subject": "Hello", "body": "<p>Hi</p>"});
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    body
}

pub(crate) fn plain() -> Value {
    email(&json!({}))
}

/// `count` different addresses.
pub(crate) fn addresses(count: usize) -> Vec<String> {
    (0..count).map(|index| format!("r{index:02}@example.org")).collect()
}

/// A string attribute, which must be there.
pub(crate) fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name).and_then(|value| value.as_s().ok()).unwrap_or_else(|| panic!("no {name} in {item:?}"))
}

pub(crate) fn s(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// The statuses of an answer's recipients, in order.
pub(crate) fn outcomes(answer: &TestResponse) -> Vec<&str> {
    let emails = answer.json["data"]["emails"].as_array().unwrap_or_else(|| panic!("{}", answer.text));
    emails.iter().map(|email| email["status"].as_str().unwrap()).collect()
}
