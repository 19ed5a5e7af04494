//! The figures of one function as a line of a table.

use std::{path::Path, process::Command, time::Duration};

use anyhow::{Context, Result, bail};

/// Newest C library version a binary may need: what `provided.al2023` has.
const GLIBC_MAX: (u32, u32) = (2, 34);

/// Head of the table.
pub const HEAD: &str = "\
function       zip MB   first poll ms   first invoke ms   warm invoke ms   peak MB   glibc";

/// What was measured of one function.
#[derive(Debug)]
pub struct Figures {
    /// Its name.
    pub function: String,
    /// Size of the zip.
    pub zip_bytes: u64,
    /// Newest C library version it needs.
    pub glibc: (u32, u32),
    /// From spawn to the first poll for work; the middle of some starts.
    pub first_poll: Duration,
    /// First invoke of a process; the middle of some starts.
    pub first_invoke: Duration,
    /// Later invokes; the middle.
    pub warm_invoke: Duration,
    /// Most memory the process ever held.
    pub peak_bytes: u64,
}

impl Figures {
    /// One line of the table.
    #[must_use]
    pub fn line(&self) -> String {
        // Rounded up: what is asked of them are upper bounds.
        let tenths = |tenths: u128| format!("{}.{}", tenths / 10, tenths % 10);
        let ms = |time: Duration| tenths(time.as_micros().div_ceil(100));
        let mb = |bytes: u64| tenths(u128::from(bytes.div_ceil(100_000)));
        let (major, minor) = self.glibc;
        format!(
            "{:<14} {:>6} {:>15} {:>17} {:>16} {:>9}   {major}.{minor}",
            self.function,
            mb(self.zip_bytes),
            ms(self.first_poll),
            ms(self.first_invoke),
            ms(self.warm_invoke),
            mb(self.peak_bytes),
        )
    }
}

/// The newest C library version a binary needs.
///
/// # Errors
/// When `objdump` is missing, or Lambda's system has no such version.
pub fn newest_glibc(binary: &Path) -> Result<(u32, u32)> {
    let output = Command::new("objdump")
        .arg("-T")
        .arg(binary)
        .output()
        .context("objdump cannot be started\nnext: install binutils, then run again")?;
    let newest = newest_version(&String::from_utf8_lossy(&output.stdout));
    if newest > GLIBC_MAX {
        bail!(
            "{} needs glibc {}.{}, Lambda's provided.al2023 has {}.{}\n\
             next: build on an older system, or with cargo-lambda",
            binary.display(),
            newest.0,
            newest.1,
            GLIBC_MAX.0,
            GLIBC_MAX.1
        );
    }
    Ok(newest)
}

fn newest_version(symbols: &str) -> (u32, u32) {
    let versions = symbols.split("GLIBC_").skip(1).filter_map(|rest| {
        let version = rest.split([')', ' ', '\n']).next()?;
        let mut numbers = version.split('.').map(str::parse::<u32>);
        Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
    });
    versions.max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        let symbols = "x (GLIBC_2.9) memcpy\n y (GLIBC_2.34) z\n w GLIBC_2.2.5 v\n";
        assert_eq!(newest_version(symbols), (2, 34));
        assert_eq!(newest_version("none"), (0, 0));
    }

    #[test]
    fn a_line_stands_under_its_head() {
        let figures = Figures {
            function: "inbound_mail".to_owned(),
            zip_bytes: 5_180_000,
            glibc: (2, 34),
            first_poll: Duration::from_micros(7_260),
            first_invoke: Duration::from_micros(41_000),
            warm_invoke: Duration::from_micros(900),
            peak_bytes: 12_200_000,
        };
        assert_eq!(
            format!("{HEAD}\n{}", figures.line()),
            "function       zip MB   first poll ms   first invoke ms   warm invoke ms   peak MB   glibc\n\
             inbound_mail      5.2             7.3              41.0              0.9      12.2   2.34"
        );
    }
}
