//! The outcome that a recipient's address asks for, so that a caller can bring about feedback of every kind.

/// The outcome of a mail to one recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DeliveryOutcome {
    /// The recipient's server takes it.
    Delivered,
    /// The recipient's server refuses it: there is no such user.
    Bounced,
    /// It is delivered, and the recipient marks it as spam.
    Complained,
    /// It is delivered, and an out-of-the-office message comes back.
    OutOfOffice,
    /// SES does not try: the recipient is on its own suppression list.
    Suppressed,
}

impl DeliveryOutcome {
    /// The outcome that the `local@domain` of a recipient asks for: by an address of SES's mailbox simulator, or of two
    /// families of `example.com`, which belongs to nobody (RFC 2606).
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
            "ooto" => Self::OutOfOffice,
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
            ("success@simulator.amazonses.com", DeliveryOutcome::Delivered),
            ("bounce@simulator.amazonses.com", DeliveryOutcome::Bounced),
            ("Bounce+Label1@Simulator.AmazonSES.com", DeliveryOutcome::Bounced),
            ("complaint+a+b@simulator.amazonses.com", DeliveryOutcome::Complained),
            ("OOTO@simulator.amazonses.com", DeliveryOutcome::OutOfOffice),
            ("suppressionlist+1@simulator.amazonses.com", DeliveryOutcome::Suppressed),
            ("bouncer@simulator.amazonses.com", DeliveryOutcome::Delivered),
            ("bounce@example.com", DeliveryOutcome::Bounced),
            ("Bounce+7@EXAMPLE.com", DeliveryOutcome::Bounced),
            ("bounce-17@example.com", DeliveryOutcome::Bounced),
            ("complaint+7@example.com", DeliveryOutcome::Complained),
            ("suppressionlist@example.com", DeliveryOutcome::Delivered),
            ("bounce@mail.example.com", DeliveryOutcome::Delivered),
            ("bounce@x.com", DeliveryOutcome::Delivered),
            ("ann@example.com", DeliveryOutcome::Delivered),
        ] {
            assert_eq!(DeliveryOutcome::of(mailbox), outcome, "{mailbox}");
        }
    }
}
