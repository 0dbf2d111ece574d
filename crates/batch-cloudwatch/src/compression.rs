use aws_sdk_cloudwatch::config::Builder;

/// Whether the bodies of requests are compressed before they are sent.
///
/// A compressed body has about a tenth of the bytes, but compression takes three quarters of the CPU time
/// that a datum costs. Which is cheaper depends on where the program runs.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Compression {
    /// As the client is configured. By default, the SDK compresses bodies of 10,240 bytes or more with gzip.
    #[default]
    Client,
    /// With gzip, whatever the client and its environment configure; only the minimum size of a compressed
    /// body remains the client's.
    Gzip,
    /// No compression.
    Off,
}

impl Compression {
    /// The configuration of a client that compresses like this.
    pub(crate) fn applied_to(self, config: Builder) -> Builder {
        match self {
            Self::Client => config,
            Self::Gzip => config.disable_request_compression(false),
            Self::Off => config.disable_request_compression(true),
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudwatch::Config;

    use super::Compression;

    /// Checks what becomes of a setting that disables compression.
    fn check(client: Option<bool>, compression: Compression, expected: Option<bool>) {
        let config =
            Config::builder().disable_request_compression(client).request_min_compression_size_bytes(7);
        let applied = compression.applied_to(config).build();
        assert_eq!(applied.disable_request_compression(), expected, "{client:?} {compression:?}");
        assert_eq!(applied.request_min_compression_size_bytes(), Some(7));
    }

    #[test]
    fn the_clients_own_setting_stays_unless_the_writer_is_told_otherwise() {
        for client in [None, Some(true), Some(false)] {
            check(client, Compression::Client, client);
            check(client, Compression::Gzip, Some(false));
            check(client, Compression::Off, Some(true));
        }
    }
}
