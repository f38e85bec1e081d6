//! The table of the template and the one that the code makes.

use aws_sdk_dynamodb::types::{AttributeDefinition, KeySchemaElement};
use posthorn_testkit::{
    backends::Backends,
    template::{properties, read},
};
use serde_json::{Value, json};

#[tokio::test]
async fn the_table_is_the_one_that_the_code_makes() {
    let backends = Backends::start().await;
    let made = backends.dynamodb.describe_table().table_name("posthorn-test").send().await.unwrap().table.unwrap();
    let ttl = backends.dynamodb.describe_time_to_live().table_name("posthorn-test").send().await.unwrap();
    let attributes = |attribute: &AttributeDefinition| json!({"AttributeName": attribute.attribute_name(), "AttributeType": attribute.attribute_type().as_str()});
    let keys =
        |key: &KeySchemaElement| json!({"AttributeName": key.attribute_name(), "KeyType": key.key_type().as_str()});
    let template = read();
    let table = properties(&template, "Table");
    assert_eq!(table["AttributeDefinitions"], made.attribute_definitions().iter().map(attributes).collect::<Value>());
    assert_eq!(table["KeySchema"], made.key_schema().iter().map(keys).collect::<Value>());
    let [index] = made.global_secondary_indexes() else { panic!("one index") };
    let projection = index.projection().unwrap();
    let expected = json!({
        "IndexName": index.index_name().unwrap(),
        "KeySchema": index.key_schema().iter().map(keys).collect::<Value>(),
        "Projection": {
            "ProjectionType": projection.projection_type().unwrap().as_str(),
            "NonKeyAttributes": projection.non_key_attributes(),
        },
        "OnDemandThroughput": table["OnDemandThroughput"],
    });
    assert_eq!(table["GlobalSecondaryIndexes"], json!([expected]));
    let ttl = ttl.time_to_live_description.unwrap();
    assert_eq!(
        table["TimeToLiveSpecification"],
        json!({"AttributeName": ttl.attribute_name().unwrap(), "Enabled": true})
    );
    assert_eq!(table["BillingMode"], "PAY_PER_REQUEST");
    assert_eq!(table["PointInTimeRecoverySpecification"], json!({"PointInTimeRecoveryEnabled": true}));
    assert_eq!(
        (&table["DeletionProtectionEnabled"], &table["SSESpecification"]["SSEEnabled"]),
        (&json!(true), &json!(true))
    );
    let resource = &template["Resources"]["Table"];
    assert_eq!((&resource["DeletionPolicy"], &resource["UpdateReplacePolicy"]), (&json!("Retain"), &json!("Retain")));
}
