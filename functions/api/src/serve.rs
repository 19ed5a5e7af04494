//! One request of the function, from its first on.

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use domain::ids::RequestId;
use flows::ports::PortFault;
use http::Request;
use lambda::http::Problem;
use tokio::sync::OnceCell;
use tower::ServiceExt;
use tracing::error;

use crate::app::App;
use crate::frame::problem_response;

/// The service of the API, which is made with the first request: its ports need the stack's secret, and
/// a start does no network call.
#[derive(Default)]
pub struct Service {
    router: OnceCell<Router>,
}

impl Service {
    /// Answers a request. `app` makes the ports; where it fails, the next request tries again.
    pub async fn answer<B>(
        &self,
        app: impl Future<Output = Result<App, PortFault>>,
        request: Request<B>,
    ) -> Response
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<axum::BoxError>,
    {
        let router = self.router.get_or_try_init(async || Ok(crate::router(app.await?))).await;
        match router {
            Ok(router) => {
                let answered = router.clone().oneshot(request.map(Body::new)).await;
                answered.unwrap_or_else(|never| match never {})
            }
            Err(fault) => unready(&fault),
        }
    }
}

/// The answer while the stack's secret can't be read. There is no randomness to make an id from yet.
fn unready(fault: &PortFault) -> Response {
    let source: &dyn std::error::Error = fault;
    error!(error = source, "the function is not ready");
    problem_response(&Problem::internal(RequestId::from_bits(0)), None).into_response()
}
