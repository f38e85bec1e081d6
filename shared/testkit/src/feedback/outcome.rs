//! What an address asks for, so that feedback of every kind can be had at will.

/// What becomes of a mail to one recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The recipient's server takes it.
    Delivered,
    /// The recipient's server refuses it: there is no such user.
    Bounced,
    /// It is delivered, and the recipient marks it as spam.
    Complained,
    /// It is delivered, and an out-of-the-office message comes back.
    Answered,
    /// SES does not try: the recipient is on its own suppression list.
    Suppressed,
}

impl Outcome {
    /// What the `local@domain` of a recipient asks for: SES's mailbox simulator's addresses, and two families of
    /// `example.com`, which belongs to nobody (RFC 2606).
    pub(super) fn of(mailbox: &str) -> Self {
        let mailbox = mailbox.to_ascii_lowercase();
        match mailbox.rsplit_once('@') {
            Some((local, "simulator.amazonses.com")) => Self::simulated(local),
            Some((local, "example.com")) if local.starts_with("bounce") => Self::Bounced,
            Some((local, "example.com")) if local.starts_with("complaint") => Self::Complained,
            _ => Self::Delivered,
        }
    }

    fn simulated(local: &str) -> Self {
        let name = local.split_once('+').map_or(local, |(name, _label)| name);
        match name {
            "bounce" => Self::Bounced,
            "complaint" => Self::Complained,
            "ooto" => Self::Answered,
            "suppressionlist" => Self::Suppressed,
            _ => Self::Delivered,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_decides_whatever_its_case_and_label() {
        for (mailbox, outcome) in [
            ("success@simulator.amazonses.com", Outcome::Delivered),
            ("bounce@simulator.amazonses.com", Outcome::Bounced),
            ("Bounce+Label1@Simulator.AmazonSES.com", Outcome::Bounced),
            ("complaint+a+b@simulator.amazonses.com", Outcome::Complained),
            ("OOTO@simulator.amazonses.com", Outcome::Answered),
            ("suppressionlist+1@simulator.amazonses.com", Outcome::Suppressed),
            ("bouncer@simulator.amazonses.com", Outcome::Delivered),
            ("bounce@example.com", Outcome::Bounced),
            ("Bounce+7@EXAMPLE.com", Outcome::Bounced),
            ("bounce-17@example.com", Outcome::Bounced),
            ("complaint+7@example.com", Outcome::Complained),
            ("suppressionlist@example.com", Outcome::Delivered),
            ("bounce@mail.example.com", Outcome::Delivered),
            ("bounce@x.com", Outcome::Delivered),
            ("ann@example.com", Outcome::Delivered),
        ] {
            assert_eq!(Outcome::of(mailbox), outcome, "{mailbox}");
        }
    }
}
