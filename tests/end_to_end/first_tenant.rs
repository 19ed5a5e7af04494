//! The first tenant is made once.

use local::demo;

use crate::shared_cloud::on_the_cloud;

#[test]
fn a_second_first_tenant_is_refused() {
    on_the_cloud(async |cloud, api| {
        let second = cloud.stack().first_tenant(&demo::payload()).await;
        let said = second.map_or_else(|fault| format!("{fault:#}"), |answer| answer.to_string());
        assert!(!said.contains("api_key"), "a second key was given: {said}");
        api.get("/v1/settings").await.expect("the first key still works");
    });
}
