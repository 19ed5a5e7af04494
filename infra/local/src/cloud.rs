//! The local cloud with the stack in it, as one value.

use std::{
    fs::{self, File},
    path::Path,
};

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use serde_json::Value;
use tokio::task::{JoinSet, spawn_blocking};

use crate::{
    aws_calls::Aws,
    binaries::{self, Packing},
    demo::{self, Tenant},
    drop_folder, functions,
    mail_api::MailApi,
    ministack::{self, Ministack},
    objects,
    options::{Binaries, Options},
    package::{CODE_BUCKET, packaged},
    python, queues,
    receiving::{ReceiptRule, ReceivedMail},
    ses::{LocalSes, Surroundings},
    smtp,
    stack::{self, Outputs},
};

/// A running stack. Dropping it stops everything and waits until the state is written.
#[derive(Debug)]
pub struct Cloud {
    stack: Stack,
    tenant: Tenant,
    smtp_port: u16,
    ses: LocalSes,
    // Fields are dropped in this order: first who calls the cloud, then the cloud, then the lock.
    _doors: JoinSet<()>,
    _ministack: Ministack,
    _lock: File,
}

/// The deployed stack, by its outputs; also what a second process sees of a running cloud.
#[derive(Debug, Clone)]
pub struct Stack {
    aws: Aws,
    outputs: Outputs,
}

impl Cloud {
    /// Sets up what is missing, starts the local cloud, deploys the stack and makes the demo tenant.
    ///
    /// # Errors
    /// When any of it fails; the message says what to do next.
    pub async fn start(options: Options) -> Result<Self> {
        let lock = lock(&options)?;
        let progress = options.progress;
        let (bin, packages) = tokio::try_join!(python_bin(&options), packages(&options))?;

        progress.step("starting the local cloud");
        let port = port(&options)?;
        let ses = LocalSes::start(options.state_dir.join("ses")).await?;
        let ministack = Ministack::start(&bin, &options.state_dir, port, &ses.endpoint()).await?;
        let aws = Aws::new(ministack.endpoint().to_owned());

        progress.step("deploying infra/template.yaml");
        let outputs = deploy(&aws, &options, &packages).await.context(
            "the deploy failed\n\
             next: mend infra/template.yaml (cfn-lint says more), or start anew with --fresh",
        )?;
        let stack = Stack { aws, outputs };
        ses.connect(Surroundings {
            aws: stack.aws.clone(),
            receipt_rule: stack.receipt_rule()?,
            mail_domain: demo::MAIL_DOMAIN.to_owned(),
        });
        let tenant = demo::tenant(&stack, &options.state_dir).await?;

        let mut doors = JoinSet::new();
        let listener = smtp::bind(options.smtp_port).await?;
        let smtp_port = listener.local_addr()?.port();
        doors.spawn(smtp::serve(listener, demo::MAIL_DOMAIN.to_owned(), stack.receipt_rule()?));
        fs::create_dir_all(&options.drop_dir).context("making the drop folder")?;
        let bucket = stack.outputs.get("MailBucketName")?.to_owned();
        doors.spawn(drop_folder::watch(stack.aws.clone(), bucket, options.drop_dir, progress));

        stack.remember(&options.state_dir, smtp_port)?;
        Ok(Self {
            stack,
            tenant,
            smtp_port,
            ses,
            _doors: doors,
            _ministack: ministack,
            _lock: lock,
        })
    }

    /// The deployed stack.
    #[must_use]
    pub fn stack(&self) -> &Stack {
        &self.stack
    }

    /// The demo tenant and its key.
    #[must_use]
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// Port of 127.0.0.1 that takes SMTP.
    #[must_use]
    pub fn smtp_port(&self) -> u16 {
        self.smtp_port
    }

    /// The sending side of SES: what went out, and what becomes of what goes out.
    #[must_use]
    pub fn ses(&self) -> &LocalSes {
        &self.ses
    }

    /// The stack's HTTP API with the demo owner's key.
    ///
    /// # Errors
    /// When the stack has no API.
    pub fn api(&self) -> Result<MailApi> {
        self.stack.api(&self.tenant.api_key)
    }
}

impl Stack {
    /// The stack of the cloud that runs with this state folder in another process, and its SMTP port.
    ///
    /// # Errors
    /// When none runs.
    pub async fn of_running(state_dir: &Path) -> Result<(Self, u16)> {
        const NEXT: &str = "the local cloud is not running\nnext: cargo local up";
        let text = fs::read_to_string(state_dir.join(ADDRESSES)).context(NEXT)?;
        let addresses: Value = serde_json::from_str(&text).context(NEXT)?;
        let endpoint = addresses.get("endpoint").and_then(Value::as_str).context(NEXT)?;
        let smtp_port = addresses.get("smtp_port").and_then(Value::as_u64).context(NEXT)?;
        let aws = Aws::new(endpoint.to_owned());
        let outputs = stack::outputs(&aws).await.context(NEXT)?;
        Ok((Self { aws, outputs }, u16::try_from(smtp_port).context(NEXT)?))
    }

    /// Base URL of the HTTP API, without `/v1`.
    ///
    /// # Errors
    /// When the stack has no API.
    pub fn api_url(&self) -> Result<String> {
        let id = self.outputs.get("HttpApiId")?;
        // The path form: the host form of the ApiUrl output needs a name server that knows it.
        Ok(format!("{}/_aws/execute-api/{id}/$default", self.aws.endpoint()))
    }

    /// The HTTP API with this key.
    ///
    /// # Errors
    /// When the stack has no API.
    pub fn api(&self, key: &str) -> Result<MailApi> {
        Ok(MailApi::new(self.aws.http().clone(), self.api_url()?, key.to_owned()))
    }

    /// Takes a mail as SES does for the receipt rule; answers the object's key.
    ///
    /// # Errors
    /// When the local cloud does not take it.
    pub async fn receive(&self, mail: &ReceivedMail) -> Result<String> {
        self.receipt_rule()?.take(mail).await
    }

    /// Stores a mail as SES does but tells nobody; answers the receipt notification, which is what the
    /// queue would hold.
    ///
    /// # Errors
    /// When the local cloud does not take it.
    pub async fn store(&self, mail: &ReceivedMail) -> Result<Value> {
        Ok(self.receipt_rule()?.store(mail).await?.1)
    }

    /// Writes a raw mail to `drop/`, as other writers do; answers the object's key.
    ///
    /// # Errors
    /// When the local cloud does not take it.
    pub async fn drop_mail(&self, name: &str, raw: Bytes) -> Result<String> {
        let key = format!("drop/{name}");
        objects::put_object(&self.aws, self.outputs.get("MailBucketName")?, &key, raw).await?;
        Ok(key)
    }

    /// Puts a message on the queue of inbound_mail.
    ///
    /// # Errors
    /// When the local cloud does not take it.
    pub async fn announce(&self, body: &str) -> Result<()> {
        queues::send(&self.aws, self.outputs.get("InboundMailQueueUrl")?, body).await
    }

    /// Invokes `first_tenant` directly.
    ///
    /// # Errors
    /// When the function ends in an error.
    pub async fn first_tenant(&self, payload: &Value) -> Result<Value> {
        functions::invoke(&self.aws, self.outputs.get("FirstTenantFunction")?, payload).await
    }

    /// The calls of the local cloud.
    #[must_use]
    pub fn aws(&self) -> &Aws {
        &self.aws
    }

    /// What the template says of itself.
    #[must_use]
    pub fn outputs(&self) -> &Outputs {
        &self.outputs
    }

    fn receipt_rule(&self) -> Result<ReceiptRule> {
        let bucket = self.outputs.get("MailBucketName")?.to_owned();
        let topic = self.outputs.get("ReceiptTopicArn")?.to_owned();
        Ok(ReceiptRule::new(self.aws.clone(), bucket, topic))
    }

    fn remember(&self, state_dir: &Path, smtp_port: u16) -> Result<()> {
        let addresses =
            serde_json::json!({"endpoint": self.aws.endpoint(), "smtp_port": smtp_port});
        fs::write(state_dir.join(ADDRESSES), addresses.to_string()).context("writing addresses")
    }
}

/// File in the state folder that tells other processes where the cloud is.
const ADDRESSES: &str = "addresses.json";

/// Takes the state folder for this process, and empties it where that is asked for or needed.
fn lock(options: &Options) -> Result<File> {
    let folder = &options.state_dir;
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    // Beside the folder, so that emptying the folder leaves it alone.
    let lock = File::create(folder.with_extension("lock"))?;
    if lock.try_lock().is_err() {
        bail!("another run uses {}\nnext: stop it with Ctrl-C and run again", folder.display());
    }
    let killed = ministack::was_killed(folder);
    if killed && !options.fresh {
        options.progress.step("the last run could not save its state: starting anew");
    }
    if options.fresh || killed {
        fs::remove_dir_all(folder).context("emptying the state folder")?;
        fs::create_dir_all(folder)?;
    }
    Ok(lock)
}

/// The port of the cloud. The local cloud writes it into what it keeps, such as queue URLs, so a
/// state folder stays with its port.
fn port(options: &Options) -> Result<u16> {
    let file = options.state_dir.join("port");
    let kept: Option<u16> = match fs::read_to_string(&file) {
        Ok(text) => Some(text.parse().context("reading the port of the kept state")?),
        Err(_) => None,
    };
    let wanted = match kept {
        Some(kept) if options.port != 0 && options.port != kept => bail!(
            "the kept state belongs to port {kept}, not {}\n\
             next: take that port, or forget the state with --fresh",
            options.port
        ),
        Some(kept) => kept,
        None => options.port,
    };
    let port = ministack::free_port(wanted, "--port")?;
    fs::write(file, port.to_string()).context("keeping the port")?;
    Ok(port)
}

async fn python_bin(options: &Options) -> Result<std::path::PathBuf> {
    let (shared, progress) = (options.shared_dir(), options.progress);
    spawn_blocking(move || python::prepare(&shared, python::CLOUD, progress)).await?
}

async fn packages(options: &Options) -> Result<Vec<binaries::Package>> {
    let (root, source) = (options.root.clone(), options.binaries.clone());
    let (folder, progress) = (options.state_dir.join("zips"), options.progress);
    spawn_blocking(move || {
        if source == Binaries::Build {
            progress.step("building the functions (the first time takes some minutes)");
        }
        let binaries = binaries::all(&root, &source)?;
        let pack = |binary| binaries::pack(binary, &folder, Packing::Stored);
        binaries.iter().map(pack).collect()
    })
    .await?
}

async fn deploy(aws: &Aws, options: &Options, packages: &[binaries::Package]) -> Result<Outputs> {
    objects::create_bucket(aws, CODE_BUCKET).await?;
    for package in packages {
        let zip = fs::read(&package.path).context("reading a zip")?;
        objects::put_object(aws, CODE_BUCKET, &package.object, zip.into()).await?;
    }
    let template = fs::read_to_string(options.root.join("infra/template.yaml"))
        .context("reading infra/template.yaml")?;
    let template = packaged(&template, packages)?;
    objects::put_object(aws, CODE_BUCKET, "template.yaml", template.into()).await?;
    let url = format!("{}/{CODE_BUCKET}/template.yaml", aws.endpoint());
    let outputs = stack::deploy(aws, &url).await?;
    functions::repair_mappings(aws).await?;
    Ok(outputs)
}
