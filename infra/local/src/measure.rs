//! What each function costs to start and to run, measured as it goes to AWS: release build, zipped,
//! against a Runtime API of our own (the local cloud's adds 100 ms to a warm invoke).
//!
//! Tables, bucket and secret are those of a local cloud, so an invoke's time holds its answers too; memory
//! and start do not.

mod report;
mod runtime_api;
mod samples;

use std::{collections::BTreeMap, fs, path::Path, time::Duration};

use anyhow::{Context, Result};
use bytes::Bytes;
use http::Method;
use serde_json::Value;

use crate::{
    binaries::{self, Binary, Packing, Profile},
    cloud::{Cloud, Stack},
    options::{Binaries, Options},
    progress::{Progress, say},
};
use report::Figures;
use runtime_api::Runtime;

/// Starts measured for each function; the middle one counts.
const STARTS: usize = 9;
/// Warm invokes measured for each function; the middle one counts.
const WARM_INVOKES: usize = 20;

/// Builds, measures every function and prints one line for each.
///
/// # Errors
/// When the build, the local cloud or a function fails.
pub async fn run() -> Result<()> {
    let mut options = Options::for_a_person()?;
    let (root, folder) = (options.root.clone(), options.root.join(".local/measure"));
    Progress::Shown.step("building the functions for release (some minutes)");
    let binaries = binaries::build(&root, Profile::Release)?;
    let ready = folder.join("binaries");
    fs::create_dir_all(&ready)?;
    for binary in &binaries {
        fs::copy(&binary.path, ready.join(&binary.function)).context("copying a binary")?;
    }

    options.state_dir = folder.join("cloud");
    options.drop_dir = folder.join("drop");
    (options.port, options.smtp_port, options.fresh) = (0, 0, true);
    options.binaries = Binaries::Ready(ready);
    let cloud = Cloud::start(options).await?;

    say(report::HEAD);
    for binary in &binaries {
        Progress::Shown.step(&format!("measuring {}", binary.function));
        say(&measure(&cloud, binary, &folder.join("zips")).await?.line());
    }
    Ok(())
}

async fn measure(cloud: &Cloud, binary: &Binary, zips: &Path) -> Result<Figures> {
    let package = binaries::pack(binary, zips, Packing::Deflated)?;
    let environment = environment(cloud.stack(), &binary.function).await?;
    let mut starts = Vec::new();
    let mut first_invokes = Vec::new();
    let mut warm_invokes = Vec::new();
    let mut peak_bytes = 0;
    for start in 0..STARTS {
        let mut runtime = Runtime::start(&binary.path, &environment).await?;
        starts.push(runtime.first_poll());
        first_invokes.push(invoke(&mut runtime, cloud, &binary.function).await?);
        if start + 1 == STARTS {
            for _ in 0..WARM_INVOKES {
                warm_invokes.push(invoke(&mut runtime, cloud, &binary.function).await?);
            }
        }
        peak_bytes = peak_bytes.max(runtime.peak_bytes()?);
    }
    Ok(Figures {
        function: binary.function.clone(),
        zip_bytes: fs::metadata(&package.path)?.len(),
        glibc: report::newest_glibc(&binary.path)?,
        first_poll: middle(&mut starts),
        first_invoke: middle(&mut first_invokes),
        warm_invoke: middle(&mut warm_invokes),
        peak_bytes,
    })
}

async fn invoke(runtime: &mut Runtime, cloud: &Cloud, function: &str) -> Result<Duration> {
    let event = samples::event(cloud, function).await?;
    let (answer, took) = runtime.invoke(&event).await?;
    samples::check(function, &answer)?;
    Ok(took)
}

/// The environment the template gives a function, as the local cloud deployed it.
async fn environment(stack: &Stack, function: &str) -> Result<BTreeMap<String, String>> {
    let path = format!("/2015-03-31/functions/mailroom-{function}/configuration");
    let answer = stack.aws().rest("lambda", Method::GET, &path, Bytes::new()).await?;
    let answer = answer.success("reading a function's settings")?.json()?;
    let variables = answer.pointer("/Environment/Variables").and_then(Value::as_object);
    let mut environment = BTreeMap::new();
    for (name, value) in variables.context("a function without settings")? {
        environment.insert(name.clone(), value.as_str().unwrap_or_default().to_owned());
    }
    environment.insert("AWS_ENDPOINT_URL".to_owned(), stack.aws().endpoint().to_owned());
    Ok(environment)
}

fn middle(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
