/// The operations of a service, by the names that AWS gives them, and which of them write what
/// the batch writers send.
macro_rules! operations {
    (reads: $($read:ident),* ; writes: $($write:ident),* $(;)?) => {
        /// The operations that are served.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub(crate) enum Operation {
            $($read,)*
            $($write,)*
        }

        impl Operation {
            pub(crate) fn named(name: &str) -> Option<Self> {
                match name {
                    $(stringify!($read) => Some(Self::$read),)*
                    $(stringify!($write) => Some(Self::$write),)*
                    _ => None,
                }
            }

            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$read => stringify!($read),)*
                    $(Self::$write => stringify!($write),)*
                }
            }

            pub(crate) fn is_write(self) -> bool {
                matches!(self, $(Self::$write)|*)
            }
        }
    };
}
pub(crate) use operations;
