//! One project, its keys and the function under test; requests with few words.

use std::collections::BTreeMap;

use posthorn_table::{Uuid, contact, project::Project};
use posthorn_testkit::{
    backends::{Backends, Item, TABLE, TestProject, TestRequest, TestResponse},
    openapi::description_of,
    permissions::Permissions,
};
use serde_json::{Value, json};
use track::{App, handle};

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
        Self::over(backends, project)
    }

    pub(crate) fn over(backends: Backends, project: TestProject) -> Self {
        let permissions = Permissions::of("TrackFunction");
        let function = backends.as_function(&permissions);
        let app = App { env: function.env, table: function.table };
        let _set_up = backends.calls.take();
        Self { backends, project, app, permissions }
    }

    pub(crate) fn id(&self) -> Uuid {
        self.project.project.facts.id
    }

    /// A request with the public key.
    pub(crate) fn public(&self, body: &Value) -> TestRequest {
        TestRequest::post("/v1/track", &self.project.public, body)
    }

    /// A request with the secret key.
    pub(crate) fn secret(&self, body: &Value) -> TestRequest {
        TestRequest::post("/v1/track", &self.project.secret, body)
    }

    /// Every answer of track, whatever it says, is one that a browser may read and that `openapi.yaml` describes.
    pub(crate) async fn call(&self, request: TestRequest) -> TestResponse {
        let answer = self.backends.call(request.clone(), |request| handle(&self.app, request)).await;
        let _described = description_of(&request, &answer);
        if answer.header("access-control-allow-origin").is_none() {
            assert_eq!(answer.code(), Some("NOT_FOUND"), "only an unknown route is not for browsers: {}", answer.text);
        }
        answer
    }

    /// Calls, and holds the answer to a success.
    pub(crate) async fn accepts(&self, request: TestRequest) -> TestResponse {
        let answer = self.call(request).await;
        assert_eq!((answer.status, &answer.json["success"]), (200, &json!(true)), "{}", answer.text);
        answer
    }

    /// Calls, and holds the answer to a refusal: this status and code, and nothing written.
    pub(crate) async fn refuses(&self, request: TestRequest, status: u16, code: &str) -> TestResponse {
        let items = self.backends.items().await;
        let answer = self.call(request).await;
        assert_eq!((answer.status, answer.code()), (status, Some(code)), "{}", answer.text);
        assert_eq!(answer.json["success"], false);
        assert_eq!(answer.json["error"]["statusCode"], status);
        assert_eq!(self.backends.items().await, items, "a refusal wrote something");
        answer
    }

    /// The items whose key contains this.
    pub(crate) async fn items(&self, part: &str) -> BTreeMap<String, Item> {
        let mut items = self.backends.items().await;
        items.retain(|key, _| key.contains(part));
        items
    }

    /// The tracked events.
    pub(crate) async fn events(&self) -> BTreeMap<String, Item> {
        self.items(" EVENT#").await
    }

    /// The item of a contact, which must be there.
    pub(crate) async fn contact(&self, email: &str) -> Item {
        let key = format!("CONTACT#{} CONTACT", contact::id(self.id(), email));
        self.backends.items().await.remove(&key).unwrap_or_else(|| panic!("no contact {email}"))
    }

    /// The data of a contact.
    pub(crate) async fn data(&self, email: &str) -> Value {
        let item = self.contact(email).await;
        let data = item.iter().filter_map(|(name, value)| {
            let text = value.as_s().ok()?;
            Some((name.strip_prefix("data:")?.to_owned(), serde_json::from_str(text).expect("JSON")))
        });
        // An item has its attributes in no order.
        let data: BTreeMap<_, _> = data.collect();
        Value::Object(data.into_iter().collect())
    }

    pub(crate) async fn put(&self, item: Item) {
        self.backends.dynamodb.put_item().table_name(TABLE).set_item(Some(item)).send().await.unwrap();
    }
}

/// The smallest event of Ada's, with these fields over it.
pub(crate) fn event(fields: &Value) -> Value {
    let mut body = json!({"event": "signed_up", "email": ADA});
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    body
}

pub(crate) fn plain() -> Value {
    event(&json!({}))
}

pub(crate) const ADA: &str = "ada@example.org";

/// A string attribute, which must be there.
pub(crate) fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name).and_then(|value| value.as_s().ok()).unwrap_or_else(|| panic!("no {name} in {item:?}"))
}

/// A boolean attribute, which must be there.
pub(crate) fn boolean(item: &Item, name: &str) -> bool {
    item.get(name).and_then(|value| value.as_bool().ok()).copied().unwrap_or_else(|| panic!("no {name} in {item:?}"))
}
