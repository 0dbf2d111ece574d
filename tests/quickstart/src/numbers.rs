use aws_sdk_dynamodb::types::AttributeValue;

/// The attribute with its numbers as the service gives them back: without needless zeros, signs and
/// exponents.
pub(crate) fn normalized(value: &AttributeValue) -> AttributeValue {
    match value {
        AttributeValue::L(values) => AttributeValue::L(values.iter().map(normalized).collect()),
        AttributeValue::M(values) => {
            let members = values.iter().map(|(name, value)| (name.clone(), normalized(value)));
            AttributeValue::M(members.collect())
        }
        AttributeValue::N(number) => AttributeValue::N(plain(number)),
        other => other.clone(),
    }
}

/// A decimal number as `-digits e exponent`, its digits without zeros at either end: equal numbers
/// are equal texts.
fn plain(number: &str) -> String {
    let (sign, unsigned) = match number.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", number.strip_prefix('+').unwrap_or(number)),
    };
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = [whole, fraction].concat();
    let significant = digits.trim_start_matches('0');
    let trimmed = significant.trim_end_matches('0');
    if trimmed.is_empty() {
        return "0".into();
    }
    let zeros = (significant.len() - trimmed.len()) as i64;
    let exponent = exponent.parse::<i64>().unwrap_or(0) - fraction.len() as i64 + zeros;
    format!("{sign}{trimmed}e{exponent}")
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn numbers_are_compared_by_value() {
        for (one, other) in [("1", "1.0"), ("100", "1e2"), ("0.50", "5E-1"), ("-0", "0"), ("+7", "07")] {
            assert_eq!(plain(one), plain(other), "{one} {other}");
        }
        assert_ne!(plain("1"), plain("10"));
        assert_ne!(plain("1"), plain("-1"));
    }
}
