//! One cell of a column in memory, as text or as JSON.

#![expect(clippy::wildcard_enum_match_arm, reason = "Arrow has forty types, of which files use a few")]

use std::fmt::Write as _;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type,
    Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, ArrowNativeTypeOp};
use arrow_schema::{DataType, TimeUnit};
use jiff::Timestamp;

use super::decode::push_json_string;
use super::time::Reading;

const DAY: i64 = 86_400_000_000;

/// What a cell turned out to be.
pub(super) enum Typed {
    /// Null, or text without a character that is not blank.
    Blank,
    /// Text.
    Text,
    /// A time, also written as text.
    Time(Reading),
}

/// Whether cells of this type can be written.
pub(super) fn is_readable(kind: &DataType) -> bool {
    match kind {
        DataType::Dictionary(_, values) => is_readable(values) && !matches!(**values, DataType::Dictionary(..)),
        kind => {
            let is_text = kind.is_string() || kind.is_binary() && !matches!(kind, DataType::FixedSizeBinary(_));
            let is_day = matches!(kind, DataType::Date32 | DataType::Date64 | DataType::Timestamp(..));
            let is_float = matches!(kind, DataType::Float32 | DataType::Float64);
            let is_other = matches!(kind, DataType::Null | DataType::Boolean | DataType::Decimal128(..));
            is_text || is_day || is_float || is_other || kind.is_integer()
        }
    }
}

/// Adds a cell to `to`, as text or as a JSON value. The error says why it cannot be read.
pub(super) fn push(column: &ArrayRef, row: usize, is_json: bool, to: &mut String) -> Result<Typed, String> {
    if column.is_null(row) {
        return Ok(Typed::Blank);
    }
    match column.data_type() {
        DataType::Dictionary(..) => {
            let dictionary = column.as_any_dictionary();
            let row = dictionary.normalized_keys()[row];
            push(dictionary.values(), row, is_json, to)
        }
        DataType::Null => Ok(Typed::Blank),
        DataType::Boolean => Ok(push_plain(column.as_boolean().value(row), to)),
        DataType::Utf8 => Ok(push_text(column.as_string::<i32>().value(row), is_json, to)),
        DataType::LargeUtf8 => Ok(push_text(column.as_string::<i64>().value(row), is_json, to)),
        DataType::Utf8View => Ok(push_text(column.as_string_view().value(row), is_json, to)),
        DataType::Binary => push_bytes(column.as_binary::<i32>().value(row), is_json, to),
        DataType::LargeBinary => push_bytes(column.as_binary::<i64>().value(row), is_json, to),
        DataType::BinaryView => push_bytes(column.as_binary_view().value(row), is_json, to),
        DataType::Int8 => Ok(push_plain(value::<Int8Type>(column, row), to)),
        DataType::Int16 => Ok(push_plain(value::<Int16Type>(column, row), to)),
        DataType::Int32 => Ok(push_plain(value::<Int32Type>(column, row), to)),
        DataType::Int64 => Ok(push_plain(value::<Int64Type>(column, row), to)),
        DataType::UInt8 => Ok(push_plain(value::<UInt8Type>(column, row), to)),
        DataType::UInt16 => Ok(push_plain(value::<UInt16Type>(column, row), to)),
        DataType::UInt32 => Ok(push_plain(value::<UInt32Type>(column, row), to)),
        DataType::UInt64 => Ok(push_plain(value::<UInt64Type>(column, row), to)),
        DataType::Float32 => Ok(push_float(value::<Float32Type>(column, row), is_json, to)),
        DataType::Float64 => Ok(push_float(value::<Float64Type>(column, row), is_json, to)),
        DataType::Decimal128(_, scale) => Ok(push_decimal(value::<Decimal128Type>(column, row), *scale, to)),
        kind => push_time(column, kind, row, is_json, to),
    }
}

fn value<T: ArrowPrimitiveType>(column: &ArrayRef, row: usize) -> T::Native {
    column.as_primitive::<T>().value(row)
}

fn push_plain(value: impl std::fmt::Display, to: &mut String) -> Typed {
    let _ = write!(to, "{value}");
    Typed::Text
}

fn push_text(text: &str, is_json: bool, to: &mut String) -> Typed {
    if text.trim().is_empty() {
        return Typed::Blank;
    }
    if is_json {
        push_json_string(text, to);
    } else {
        to.push_str(text);
    }
    Typed::Text
}

fn push_bytes(bytes: &[u8], is_json: bool, to: &mut String) -> Result<Typed, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "a cell holds bytes that are not UTF-8; convert it to text")?;
    Ok(push_text(text, is_json, to))
}

/// The shortest decimal that reads as the same float. What is no number is blank.
fn push_float<T: ArrowNativeTypeOp + std::fmt::Display>(value: T, is_json: bool, to: &mut String) -> Typed {
    let start = to.len();
    let _ = write!(to, "{value}");
    if to[start..].bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'.')) {
        return Typed::Text;
    }
    if is_json || &to[start..] == "NaN" {
        to.truncate(start);
        return Typed::Blank;
    }
    Typed::Text
}

fn push_decimal(value: i128, scale: i8, to: &mut String) -> Typed {
    if value < 0 {
        to.push('-');
    }
    let digits = value.unsigned_abs().to_string();
    match usize::try_from(scale) {
        Ok(0) => to.push_str(&digits),
        Ok(n_decimals) => {
            let digits = format!("{digits:0>width$}", width = n_decimals + 1);
            let (whole, fraction) = digits.split_at(digits.len() - n_decimals);
            to.push_str(whole);
            to.push('.');
            to.push_str(fraction);
        }
        Err(_) => {
            to.push_str(&digits);
            to.extend(std::iter::repeat_n('0', usize::from(scale.unsigned_abs())));
        }
    }
    Typed::Text
}

fn push_time(column: &ArrayRef, kind: &DataType, row: usize, is_json: bool, to: &mut String) -> Result<Typed, String> {
    let far = || "a time lies outside the years of the calendar".to_owned();
    let (micros, is_instant) = match kind {
        DataType::Date32 => (i64::from(value::<Date32Type>(column, row)).checked_mul(DAY), false),
        DataType::Date64 => (value::<Date64Type>(column, row).checked_mul(1000), false),
        DataType::Timestamp(unit, zone) => {
            let micros = match unit {
                TimeUnit::Second => value::<TimestampSecondType>(column, row).checked_mul(1_000_000),
                TimeUnit::Millisecond => value::<TimestampMillisecondType>(column, row).checked_mul(1000),
                TimeUnit::Microsecond => Some(value::<TimestampMicrosecondType>(column, row)),
                TimeUnit::Nanosecond => Some(value::<TimestampNanosecondType>(column, row).div_euclid(1000)),
            };
            (micros, zone.is_some())
        }
        kind => return Err(format!("a cell of type `{kind}` has no text; leave the column out or convert it")),
    };
    let micros = micros.ok_or_else(far)?;
    let text = Timestamp::from_microsecond(micros).map_err(|_| far())?.to_string();
    let text = if is_instant { text.as_str() } else { text.trim_end_matches('Z') };
    push_text(text, is_json, to);
    Ok(Typed::Time(if is_instant { Reading::Instant(micros) } else { Reading::Wall(micros) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_of_any_scale() {
        let text = |value, scale| {
            let mut text = String::new();
            push_decimal(value, scale, &mut text);
            text
        };
        assert_eq!(text(-5, 2), "-0.05");
        assert_eq!(text(123_456, 2), "1234.56");
        assert_eq!(text(12, 0), "12");
        assert_eq!(text(12, -2), "1200");
        assert_eq!(text(i128::MIN, 38).len(), 41);
    }

    #[test]
    fn floats_are_their_shortest_decimal() {
        let text = |value: f64| {
            let mut text = String::new();
            push_float(value, false, &mut text);
            text
        };
        assert_eq!(text(19.99), "19.99");
        assert_eq!(text(-0.1), "-0.1");
        assert_eq!(text(1e21), "1000000000000000000000");
        assert_eq!(text(f64::NAN), "");
        assert_eq!(text(f64::INFINITY), "inf", "which no amount accepts");
    }
}
