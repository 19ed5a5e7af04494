//! Endpoints as data: what the router answers, what the OpenAPI document says of it, and what the
//! tests go through are one list.

use std::collections::BTreeMap;

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};
use domain::permission::Scope;
use http::{Method, StatusCode};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use crate::app::App;
use crate::pages::PageView;

/// One method of one path.
pub struct Endpoint {
    /// The method.
    pub method: Method,
    /// The path with its parts in braces.
    pub path: &'static str,
    /// Its name in the OpenAPI document: `list_users`.
    pub name: &'static str,
    /// One sentence about it.
    pub summary: &'static str,
    /// The rights it needs; none for the endpoints that anybody may ask.
    pub rights: Vec<Scope>,
    /// Query parameters beside those of lists.
    pub query: Vec<QueryParameter>,
    /// The shape of the body it takes, made when asked for: serving requests needs none.
    pub takes: Option<fn() -> Shape>,
    /// The shape of the body it gives.
    pub gives: Option<fn() -> Shape>,
    /// Its status when all goes well.
    pub status: StatusCode,
    /// Whether it is a list with limit and cursor.
    pub paged: bool,
    /// Whether it needs `If-Match`.
    pub revised: bool,
    /// Whether it takes an `Idempotency-Key`.
    pub repeatable: bool,
    handler: MethodRouter<App>,
}

/// A query parameter.
#[derive(Clone, Copy, Debug)]
pub struct QueryParameter {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub description: &'static str,
    /// What it can be, where that is a closed set.
    pub one_of: &'static [&'static str],
}

/// A body's shape: its schema, its name, and the schemas it speaks of.
pub struct Shape {
    /// Its name among the document's components.
    pub name: String,
    /// All components it needs, itself included.
    pub components: Vec<(String, RefOr<Schema>)>,
}

impl Shape {
    fn of<T: ToSchema>() -> Self {
        let name = T::name().into_owned();
        let mut components = vec![(name.clone(), T::schema())];
        T::schemas(&mut components);
        Self { name, components }
    }

    /// A page of these. It has their name in its own, or all lists would be one in the document.
    fn page_of<T: serde::Serialize + ToSchema>() -> Self {
        let mut shape = Self::of::<PageView<T>>();
        let name = format!("{}Page", T::name());
        for (component, _) in &mut shape.components {
            if *component == shape.name {
                component.clone_from(&name);
            }
        }
        shape.components.push((T::name().into_owned(), T::schema()));
        Self { name, ..shape }
    }
}

impl Endpoint {
    /// Reads one thing or a few.
    pub fn get<H: Handler<T, App>, T: 'static>(
        path: &'static str,
        name: &'static str,
        summary: &'static str,
        handler: H,
    ) -> Self {
        Self::new(Method::GET, path, (name, summary), on(MethodFilter::GET, handler))
    }

    /// Makes something, or does what is no change of one thing.
    pub fn post<H: Handler<T, App>, T: 'static>(
        path: &'static str,
        name: &'static str,
        summary: &'static str,
        handler: H,
    ) -> Self {
        Self::new(Method::POST, path, (name, summary), on(MethodFilter::POST, handler))
    }

    /// Changes one thing by merge patch, under its revision.
    pub fn patch<H: Handler<T, App>, T: 'static>(
        path: &'static str,
        name: &'static str,
        summary: &'static str,
        handler: H,
    ) -> Self {
        let handler = on(MethodFilter::PATCH, handler);
        Self { revised: true, ..Self::new(Method::PATCH, path, (name, summary), handler) }
    }

    /// Takes one thing away, under its revision.
    pub fn delete<H: Handler<T, App>, T: 'static>(
        path: &'static str,
        name: &'static str,
        summary: &'static str,
        handler: H,
    ) -> Self {
        let handler = on(MethodFilter::DELETE, handler);
        Self { revised: true, ..Self::new(Method::DELETE, path, (name, summary), handler) }
    }

    /// What it takes away has no revision: taking it away twice is taking it away once.
    pub fn without_revision(mut self) -> Self {
        self.revised = false;
        self
    }

    fn new(
        method: Method,
        path: &'static str,
        (name, summary): (&'static str, &'static str),
        handler: MethodRouter<App>,
    ) -> Self {
        Self {
            method,
            path,
            name,
            summary,
            rights: Vec::new(),
            query: Vec::new(),
            takes: None,
            gives: None,
            status: StatusCode::OK,
            paged: false,
            revised: false,
            repeatable: false,
            handler,
        }
    }

    /// It needs this right too.
    pub fn needs(mut self, right: Scope) -> Self {
        self.rights.push(right);
        self
    }

    /// It takes this body.
    pub fn takes<T: ToSchema>(mut self) -> Self {
        self.takes = Some(Shape::of::<T>);
        self
    }

    /// It gives this body.
    pub fn gives<T: ToSchema>(mut self) -> Self {
        self.gives = Some(Shape::of::<T>);
        self
    }

    /// It gives pages of these.
    pub fn lists<T: serde::Serialize + ToSchema>(self) -> Self {
        self.pages().gives_page::<T>()
    }

    /// It gives a page of these to who asks for it in the body.
    pub fn gives_page<T: serde::Serialize + ToSchema>(mut self) -> Self {
        self.gives = Some(Shape::page_of::<T>);
        self
    }

    /// It takes limit and cursor.
    pub fn pages(mut self) -> Self {
        self.paged = true;
        self
    }

    /// It answers 201 and takes an `Idempotency-Key`.
    pub fn creates<T: ToSchema>(mut self) -> Self {
        self.status = StatusCode::CREATED;
        self.repeatable = true;
        self.gives::<T>()
    }

    /// It answers with this status.
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// It takes this query parameter.
    pub fn with_query(mut self, parameter: QueryParameter) -> Self {
        self.query.push(parameter);
        self
    }
}

/// The routes of the endpoints, those of one path together.
pub fn routes(endpoints: Vec<Endpoint>) -> Router<App> {
    let mut by_path: BTreeMap<&'static str, MethodRouter<App>> = BTreeMap::new();
    for endpoint in endpoints {
        let present = by_path.remove(endpoint.path).unwrap_or_default();
        by_path.insert(endpoint.path, present.merge(endpoint.handler));
    }
    by_path.into_iter().fold(Router::new(), |router, (path, methods)| router.route(path, methods))
}
