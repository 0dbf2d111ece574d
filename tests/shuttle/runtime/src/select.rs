/// Like tokio's, for branches that always match: which one is polled first is drawn, unless it is `biased`.
#[macro_export]
macro_rules! select {
    (biased; $($branches:tt)+) => { $crate::select!(@parse false; []; $($branches)+) };
    (@parse $drawn:expr; [$($done:tt)*]; $pattern:pat = $future:expr => $then:block $(,)? $($rest:tt)*) => {
        $crate::select!(@parse $drawn; [$($done)* ($pattern, $future, $then)]; $($rest)*)
    };
    (@parse $drawn:expr; [$($done:tt)*]; $pattern:pat = $future:expr => $then:expr, $($rest:tt)*) => {
        $crate::select!(@parse $drawn; [$($done)* ($pattern, $future, $then)]; $($rest)*)
    };
    (@parse $drawn:expr; [$($done:tt)*]; $pattern:pat = $future:expr => $then:expr) => {
        $crate::select!(@parse $drawn; [$($done)* ($pattern, $future, $then)];)
    };
    (@parse $drawn:expr; [($p0:pat, $f0:expr, $t0:expr) ($p1:pat, $f1:expr, $t1:expr)];) => {
        match $crate::task::either($drawn, $f0, $f1).await {
            $crate::task::Either::First($p0) => $t0,
            $crate::task::Either::Second($p1) => $t1,
        }
    };
    ($pattern:pat = $($branches:tt)+) => { $crate::select!(@parse true; []; $pattern = $($branches)+) };
}
