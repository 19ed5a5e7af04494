//! The commands of `cargo local`, carried out.

use std::fs;

use anyhow::{Context, Result};

use crate::{
    alarms, bounce_demo,
    cloud::{Cloud, Stack},
    commands::{Command, HELP, Send, Up},
    demo::{self, outcome_of},
    options::{self, Options},
    progress::say,
    queues,
    receiving::ReceivedMail,
    recipients::sender_of_mail,
    stack::STACK,
    timeline,
};

/// Carries out one command.
///
/// # Errors
/// When it fails; the message says what to do next.
pub async fn run(command: Command) -> Result<()> {
    match command {
        Command::Up(up) => start(up).await,
        Command::Send(send) => feed(send).await,
        Command::Status => status().await,
        Command::Help => {
            say(HELP);
            Ok(())
        }
    }
}

async fn start(up: Up) -> Result<()> {
    let mut options = Options::for_a_person()?;
    options.fresh = up.fresh;
    options.port = up.port.unwrap_or(options::PORT);
    options.smtp_port = up.smtp_port.unwrap_or(options::SMTP_PORT);
    let (samples, drop_dir) = (options.root.join("tests/fixtures/mail"), options.drop_dir.clone());

    let outcomes = options.state_dir.join("ses/outcomes.json");
    let cloud = Cloud::start(options).await?;
    let api = cloud.api()?;
    if cloud.tenant().is_new {
        let files = demo::mail_files(&samples)?;
        say(&format!("Feeding {} sample mails through the bucket.", files.len()));
        let fed = demo::feed(cloud.stack(), &files).await?;
        demo::outcomes(&api, fed).await.context("next: see .local/cloud/cloud.log")?;
    }
    say(&outcome_line(&api.list("/v1/intake", 20_000).await?));
    say(&timeline::of_busiest_contact(&api).await?);
    if cloud.tenant().is_new {
        say(&bounce_demo::show(&cloud, &api).await?);
    }
    say(&format!("API       {}/v1", cloud.stack().api_url()?));
    say(&format!("Key       {}", cloud.tenant().api_key));
    if up.exit {
        return Ok(());
    }
    say(&format!(
        "SMTP      127.0.0.1:{}, for any address at {}",
        cloud.smtp_port(),
        demo::MAIL_DOMAIN
    ));
    say(&format!("Folder    {}: drop .eml files there", drop_dir.display()));
    say(&format!("Outcomes  {}: how mail to an address ends", outcomes.display()));
    say("Ctrl-C stops; state is kept for the next `cargo local up`.");
    until_told_to_stop().await?;
    say("Stopping.");
    Ok(())
}

async fn until_told_to_stop() -> Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted.context("waiting for Ctrl-C"),
        _ = terminate.recv() => Ok(()),
    }
}

async fn feed(send: Send) -> Result<()> {
    let options = Options::for_a_person()?;
    let (stack, _) = Stack::of_running(&options.state_dir).await?;
    if send.recipients.is_empty() {
        demo::feed(&stack, &send.files).await?;
    } else {
        for file in &send.files {
            let raw = fs::read(file).with_context(|| format!("reading {}", file.display()))?;
            let (sender, recipients) = (sender_of_mail(&raw), send.recipients.clone());
            stack.receive(&ReceivedMail { sender, recipients, raw: raw.into() }).await?;
        }
    }
    say(&format!("{} sent; `cargo local status` shows what became of them.", send.files.len()));
    Ok(())
}

async fn status() -> Result<()> {
    let options = Options::for_a_person()?;
    let (stack, smtp_port) = Stack::of_running(&options.state_dir).await?;
    for (name, output) in
        [("inbound_mail", "InboundMailQueueUrl"), ("inbound_mail_dead", "InboundMailDeadQueueUrl")]
    {
        let depth = queues::depth(stack.aws(), stack.outputs().get(output)?).await?;
        say(&format!("Queue     {name}: {} waiting, {} in work", depth.waiting, depth.in_work));
    }
    let tenant = demo::tenant(&stack, &options.state_dir).await?;
    let api = stack.api(&tenant.api_key)?;
    say(&outcome_line(&api.list("/v1/intake", 20_000).await?));
    let alarms = alarms::list(stack.aws(), STACK).await?;
    let raised: Vec<&str> = alarms
        .iter()
        .filter(|alarm| alarm.state == "ALARM")
        .map(|alarm| alarm.name.as_str())
        .collect();
    say(&match raised.as_slice() {
        [] => format!("Alarms    none of {} raised", alarms.len()),
        raised => format!("Alarms    {}: see infra/runbook.md", raised.join(", ")),
    });
    say(&format!("API       {}/v1", stack.api_url()?));
    say(&format!("SMTP      127.0.0.1:{smtp_port}"));
    Ok(())
}

/// `Outcomes  12 filed, 1 quarantined`.
fn outcome_line(intakes: &[serde_json::Value]) -> String {
    let mut counts = std::collections::BTreeMap::<&str, usize>::new();
    for intake in intakes {
        *counts.entry(outcome_of(intake).unwrap_or("in work")).or_default() += 1;
    }
    let counts: Vec<String> =
        counts.iter().map(|(outcome, count)| format!("{count} {outcome}")).collect();
    format!(
        "Outcomes  {}",
        if counts.is_empty() { "none yet".to_owned() } else { counts.join(", ") }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_are_counted_by_name() {
        let intakes = serde_json::json!([
            {"outcome": {"name": "filed"}}, {"outcome": {"name": "quarantined"}},
            {"outcome": {"name": "filed"}}, {"outcome": null}
        ]);
        assert_eq!(
            outcome_line(intakes.as_array().unwrap()),
            "Outcomes  2 filed, 1 in work, 1 quarantined"
        );
        assert_eq!(outcome_line(&[]), "Outcomes  none yet");
    }
}
