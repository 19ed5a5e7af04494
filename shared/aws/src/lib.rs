//! The ports of Mailroom on AWS: tables on DynamoDB, the archive on S3, the sender on SES, the queue on
//! SQS, the stack's secret in Secrets Manager, signatures of topics as SNS makes them.
//!
//! Architecture invariants: no other crate below the functions knows the SDK; making an adapter does
//! no network call; an adapter makes one client, so a function pays for those it uses.

pub mod certificate;
pub mod cloud;
mod download_headers;
pub mod dynamo_table;
pub mod https_get;
#[cfg(test)]
mod loopback;
mod patience;
pub mod s3_archive;
pub mod s3_objects;
pub mod ses_identities;
pub mod ses_sender;
pub mod ses_suppression_list;
pub mod sns_topics;
pub mod sqs_queue;
pub mod stack_secret;
pub mod system;
