//! The bounce report as JSON, CSV and SVG, and the rates.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::bounce::Permanence;
use domain::bounce_category::BounceCategory;
use domain::day::Day;
use domain::day_tally::{Bounces, Volume};
use domain::language::Language;
use domain::permission::{ReadReports, Scope};
use domain::rates::{Metric, Window};
use flows::bounce_report::{self, BounceReport, Period};
use flows::rates;
use flows::show_blocks::type_name;
use flows::texts_language;
use http::header;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::app::App;
use crate::asked::QueryWords;
use crate::auth::Call;
use crate::endpoint::{Endpoint, QueryParameter};
use crate::problem::ApiError;
use crate::report_csv::Csv;
use crate::report_svg::{Chart, svg};

/// What came back of the mail that was sent on some days. Days are of UTC, and each mail stands in
/// the day it was sent on.
#[derive(Serialize, ToSchema)]
pub struct BounceReportView {
    /// The first day.
    #[schema(value_type = String)]
    pub from: Day,
    /// The last day.
    #[schema(value_type = String)]
    pub to: Day,
    /// Recipients whose mail the provider took.
    pub sent: u64,
    /// Recipients whose server took the mail.
    pub delivered: u64,
    /// Recipients whose mail came back.
    pub bounced: u64,
    /// Recipients who complained.
    pub complained: u64,
    /// Bounces by type.
    pub by_type: Vec<CountView>,
    /// Bounces by category, those with most first.
    pub by_category: Vec<CountView>,
    /// Bounces by the recipient's domain, those with most first.
    pub by_domain: Vec<CountView>,
    /// Bounces by campaign, those with most first.
    pub by_campaign: Vec<CountView>,
    /// Bounces by status code and reason, those with most first.
    pub by_diagnostic: Vec<CountView>,
    /// Each day.
    pub by_day: Vec<DayView>,
    /// Whether all domains, campaigns and diagnostics are named.
    pub complete: bool,
}

/// How many bounces.
#[derive(Serialize, ToSchema)]
pub struct CountView {
    /// Of what.
    pub value: String,
    /// Bounces.
    pub count: u64,
    /// Those that are temporary.
    pub temporary: u64,
    /// Those that are permanent.
    pub permanent: u64,
}

/// One day.
#[derive(Serialize, ToSchema)]
pub struct DayView {
    /// The day.
    #[schema(value_type = String)]
    pub day: Day,
    /// Recipients whose mail the provider took.
    pub sent: u64,
    /// Recipients whose mail came back.
    pub bounced: u64,
    /// Recipients who complained.
    pub complained: u64,
}

/// Bounce and complaint rates.
#[derive(Serialize, ToSchema)]
pub struct RatesView {
    /// One entry for each window and metric.
    pub items: Vec<RateView>,
}

/// A rate.
#[derive(Serialize, ToSchema)]
pub struct RateView {
    /// `last_day`, `last_week`, `representative` or `campaign`.
    pub window: &'static str,
    /// `bounces` or `complaints`.
    pub metric: &'static str,
    /// Recipients whose mail the provider took.
    pub sent: u64,
    /// Recipients it counts.
    pub count: u64,
    /// Their share in millionths; null where nothing was sent.
    #[schema(required)]
    pub rate_ppm: Option<u64>,
    /// `too_few`, `good`, `warn`, `alert` or `stop`.
    pub level: &'static str,
    /// The share in millionths from which on it is an alert.
    pub alert_from_ppm: u64,
    /// Least recipients that tell anything.
    pub volume_min: u64,
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    const BOUNCES: &str = "/v1/reports/bounces";
    const CSV: &str = "/v1/reports/bounces.csv";
    const SVG: &str = "/v1/reports/bounces.svg";
    let right = Scope::ReadReports;
    let parameter = |name, description| QueryParameter { name, description, one_of: &[] };
    let from = parameter("from", "First day, like 2026-11-22; 30 days up to the last one.");
    let to = parameter("to", "Last day; today where it is missing.");
    let campaign = parameter("campaign", "The rates of this campaign too.");
    let of_days = |endpoint: Endpoint| endpoint.needs(right).with_query(from).with_query(to);
    let told = "What came back, by type, category, domain, campaign, day and diagnostic.";
    vec![
        of_days(Endpoint::get(BOUNCES, "bounce_report", told, show)).gives::<BounceReportView>(),
        of_days(Endpoint::get(CSV, "bounce_report_csv", "The bounce report as CSV.", as_csv)),
        of_days(Endpoint::get(SVG, "bounce_report_svg", "The bounce report as charts.", as_svg)),
        Endpoint::get("/v1/reports/rates", "rates", "Bounce and complaint rates.", show_rates)
            .needs(right)
            .with_query(campaign)
            .gives::<RatesView>(),
    ]
}

async fn report(
    app: &App,
    call: &Call<ReadReports>,
    mut words: QueryWords,
) -> Result<BounceReport, ApiError> {
    let hint = "use a day like 2026-11-22";
    let day = |text: &str| text.parse::<Day>().ok();
    let (from, to) = (words.take("from", hint, day)?, words.take("to", hint, day)?);
    words.finish()?;
    let period = Period::of(from, to, Day::of(app.records.clock.now()))?;
    Ok(bounce_report::bounce_report(&app.records, &call.allowed, period).await?)
}

async fn show(
    State(app): State<App>,
    call: Call<ReadReports>,
    words: QueryWords,
) -> Result<Answer, ApiError> {
    Answer::ok(&view(report(&app, &call, words).await?))
}

async fn as_csv(
    State(app): State<App>,
    call: Call<ReadReports>,
    words: QueryWords,
) -> Result<Response, ApiError> {
    let view = view(report(&app, &call, words).await?);
    let mut table = Csv::new(&["group", "value", "bounces", "temporary", "permanent", "sent"]);
    let groups = [
        ("type", &view.by_type),
        ("category", &view.by_category),
        ("domain", &view.by_domain),
        ("campaign", &view.by_campaign),
        ("diagnostic", &view.by_diagnostic),
    ];
    for (group, counts) in groups {
        for one in counts {
            let [all, temporary, permanent] =
                [one.count, one.temporary, one.permanent].map(|count| count.to_string());
            table.row(&[group, &one.value, &all, &temporary, &permanent, ""]);
        }
    }
    for day in &view.by_day {
        let (bounced, sent) = (day.bounced.to_string(), day.sent.to_string());
        table.row(&["day", &day.day.to_string(), &bounced, "", "", &sent]);
    }
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], table.into_text()).into_response())
}

async fn as_svg(
    State(app): State<App>,
    call: Call<ReadReports>,
    words: QueryWords,
) -> Result<Response, ApiError> {
    let language = texts_language::of_tenant(&app.records, call.allowed.tenant()).await?;
    let report = report(&app, &call, words).await?;
    let charts = [by_category(&report, language), by_day(&report, language)];
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], svg(&charts)).into_response())
}

fn by_category(report: &BounceReport, language: Language) -> Chart {
    let title = match language {
        Language::En => "Bounces by category",
        Language::De => "Unzustellbare Mails nach Kategorie",
        Language::Zh => "按类别统计的退信",
    };
    let bars = categories(&report.bounces);
    let bars = bars.into_iter().map(|(category, count)| {
        let permanence = type_name(category.permanence());
        (format!("{permanence}: {}", category.texts(language).name), count)
    });
    Chart { title: title.to_owned(), bars: bars.collect() }
}

fn by_day(report: &BounceReport, language: Language) -> Chart {
    let title = match language {
        Language::En => "Bounced recipients by day",
        Language::De => "Empfänger mit unzustellbaren Mails nach Tag",
        Language::Zh => "按日统计的退信收件人",
    };
    let bars = report.days.iter().map(|(day, (volume, _))| (day.to_string(), volume.bounced));
    Chart { title: title.to_owned(), bars: bars.collect() }
}

/// The categories that there are bounces of, those with most first.
fn categories(bounces: &Bounces) -> Vec<(BounceCategory, u64)> {
    let mut all: Vec<(BounceCategory, u64)> =
        bounces.0.iter().filter(|(_, n)| **n > 0).map(|(c, n)| (*c, *n)).collect();
    all.sort_by(|(a, x), (b, y)| y.cmp(x).then_with(|| a.cmp(b)));
    all
}

fn view(report: BounceReport) -> BounceReportView {
    let count = |value: String, bounces: &Bounces| CountView {
        value,
        count: bounces.all(),
        temporary: bounces.of_type(Permanence::Temporary),
        permanent: bounces.of_type(Permanence::Permanent),
    };
    let counts = |values: &[(String, Bounces)]| {
        values.iter().map(|(value, bounces)| count(value.clone(), bounces)).collect()
    };
    let only = |wanted: &dyn Fn(BounceCategory) -> bool| report.bounces.only(wanted);
    let types = [Permanence::Temporary, Permanence::Permanent].map(|permanence| {
        let of_it = only(&|category| category.permanence() == permanence);
        count(type_name(permanence).to_owned(), &of_it)
    });
    let by_category = categories(&report.bounces)
        .into_iter()
        .map(|(category, _)| count(category.key().to_owned(), &only(&|one| one == category)));
    let day = |(day, (volume, _)): (&Day, &(Volume, Bounces))| DayView {
        day: *day,
        sent: volume.sent,
        bounced: volume.bounced,
        complained: volume.complained,
    };
    BounceReportView {
        from: report.period.first,
        to: report.period.last,
        sent: report.volume.sent,
        delivered: report.delivered,
        bounced: report.volume.bounced,
        complained: report.volume.complained,
        by_type: types.into_iter().collect(),
        by_category: by_category.collect(),
        by_domain: counts(&report.domains),
        by_campaign: counts(&report.campaigns),
        by_diagnostic: counts(&report.diagnostics),
        by_day: report.days.iter().map(day).collect(),
        complete: !report.cut,
    }
}

async fn show_rates(
    State(app): State<App>,
    call: Call<ReadReports>,
    mut words: QueryWords,
) -> Result<Answer, ApiError> {
    let campaign = words.take("campaign", "copy the campaign's id", |text| text.parse().ok())?;
    words.finish()?;
    let volumes = rates::rates(&app.records, &call.allowed, campaign).await?;
    let of_window = |(window, volume): (Window, Volume)| {
        Metric::ALL.map(|metric| RateView {
            window: window.name(),
            metric: metric.name(),
            sent: volume.sent,
            count: metric.count(volume),
            rate_ppm: metric.rate_ppm(volume),
            level: metric.level(volume).name(),
            alert_from_ppm: metric.alert_from_ppm(),
            volume_min: metric.volume_min(),
        })
    };
    Answer::ok(&RatesView { items: volumes.into_iter().flat_map(of_window).collect() })
}
