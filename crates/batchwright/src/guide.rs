//! [choosing-settings]: choosing_settings
//! [coming-from-boto3-batch-utils]: coming_from_boto3_batch_utils
//! [failures]: failures
//! [lambda]: lambda
//! [logs]: logs
//! [observability]: observability
//! [order-and-duplicates]: order_and_duplicates
//! [own-service]: own_service
//! [pace]: pace
//! [testing]: testing
//! [what-happens-when]: what_happens_when
//! [what-it-saves]: what_it_saves
//!
#![doc = include_str!("../docs/guide.md")]
// Chapters on the whole, for reading: this module is part of the documentation alone and holds no code. A chapter links others
// by labels, which are the names of their files. At its end they are defined for readers of the file; here they are defined for
// readers of this documentation, before the text, because the first definition of a label holds.

macro_rules! chapters {
    ($($label:literal $module:ident)*) => {
        chapters! { concat!($("[", $label, "]: ", stringify!($module), "\n",)* "\n") => $($label $module)* }
    };
    ($labels:expr => $($label:literal $module:ident)*) => {$(
        #[doc = $labels]
        #[doc = include_str!(concat!("../docs/", $label, ".md"))]
        pub mod $module {}
    )*};
}

chapters! {
    "choosing-settings" choosing_settings
    "coming-from-boto3-batch-utils" coming_from_boto3_batch_utils
    "failures" failures
    "lambda" lambda
    "logs" logs
    "observability" observability
    "order-and-duplicates" order_and_duplicates
    "own-service" own_service
    "pace" pace
    "testing" testing
    "what-happens-when" what_happens_when
    "what-it-saves" what_it_saves
}
