//! A fault as a person reads it: what went wrong and why, then what to do next.

/// The texts of the whole chain of causes on one line, followed by the lines that begin with `next:`,
/// wherever in the chain they stand.
pub fn told(fault: &anyhow::Error) -> String {
    let mut what = Vec::new();
    let mut next = Vec::new();
    for cause in fault.chain().map(ToString::to_string) {
        let (text, steps) = match cause.split_once("\nnext: ") {
            Some((text, steps)) => (text.to_owned(), Some(steps.to_owned())),
            None => (cause, None),
        };
        if let Some(only) = text.strip_prefix("next: ") {
            next.push(only.to_owned());
        } else {
            what.push(text);
        }
        next.extend(steps);
    }
    let mut lines = vec![format!("error: {}", what.join(": "))];
    lines.extend(next.into_iter().map(|step| format!("next: {step}")));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use anyhow::{Context, anyhow};

    use super::told;

    #[test]
    fn the_cause_stands_before_the_next_step() {
        let fault = Err::<(), _>(anyhow!("connection refused"))
            .context("not running\nnext: cargo local up")
            .unwrap_err();
        assert_eq!(told(&fault), "error: not running: connection refused\nnext: cargo local up");
    }

    #[test]
    fn a_step_without_a_text_of_its_own_follows_the_cause() {
        let fault = Err::<(), _>(anyhow!("timed out")).context("next: see the log").unwrap_err();
        assert_eq!(told(&fault), "error: timed out\nnext: see the log");
    }
}
