//! The error codes of the service, each under both of its names.

use crate::answer::Protocol;
use crate::refusal::{Dialect, codes};

/// How Amazon CloudWatch speaks: Smithy RPC v2 with CBOR, with the codes of its query protocol in a
/// header.
pub(crate) const DIALECT: Dialect = Dialect {
    protocol: Protocol::Cbor,
    announces: true,
    prefix: "",
    codes: ALL,
    throttled: "Throttling",
    throttled_status: 400,
};

/// How it speaks to clients that do not know CBOR: AWS JSON.
pub(crate) const JSON_DIALECT: Dialect = Dialect { protocol: Protocol::Json10, ..DIALECT };

codes! {
    INTERNAL_SERVICE_FAULT = "com.amazonaws.cloudwatch#InternalServiceFault", "InternalServiceError";
    INVALID_NEXT_TOKEN = "com.amazonaws.cloudwatch#InvalidNextToken", "InvalidNextToken";
    INVALID_PARAMETER_COMBINATION = "com.amazonaws.cloudwatch#InvalidParameterCombinationException", "InvalidParameterCombination";
    INVALID_PARAMETER_VALUE = "com.amazonaws.cloudwatch#InvalidParameterValueException", "InvalidParameterValue";
    LIMIT_EXCEEDED = "com.amazonaws.cloudwatch#LimitExceededFault", "LimitExceeded";
    MISSING_REQUIRED_PARAMETER = "com.amazonaws.cloudwatch#MissingRequiredParameterException", "MissingParameter";
    THROTTLING = "com.amazon.coral.availability#ThrottlingException", "Throttling";
}
