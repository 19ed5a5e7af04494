//! Adapters to what is reached outside of AWS: the DNS.

pub mod resolver;
