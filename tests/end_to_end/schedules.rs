//! What runs by the clock, under the rights that the template gives it.

use local::{functions, stack::STACK};
use serde_json::json;

use crate::shared_cloud::on_the_cloud;

#[test]
fn the_functions_of_the_schedules_do_their_work_with_their_own_rights() {
    on_the_cloud(async |cloud, api| {
        for function in ["sweep_objects", "daily_review"] {
            let name = format!("{STACK}-{function}");
            let ran = functions::invoke(cloud.stack().aws(), &name, &json!({})).await;
            ran.unwrap_or_else(|fault| panic!("{function}: {fault:#}"));
        }
        let reviews = api.get("/v1/reports/reviews").await.unwrap();
        assert!(reviews["items"].is_array(), "{reviews}");
    });
}
