//! Values to and from PostgreSQL's own types.

use postgres::types::private::BytesMut;
use postgres::types::{IsNull, ToSql, Type};

use crate::{Row, StoreError, Value};

/// A value where the statement wants another type.
#[derive(Debug, thiserror::Error)]
#[error("{given} is given where the statement wants `{wanted}`")]
pub(crate) struct NotThatType {
    given: &'static str,
    wanted: String,
}

type SqlResult = Result<IsNull, Box<dyn std::error::Error + Sync + Send>>;

impl ToSql for Value {
    fn to_sql(&self, wanted: &Type, out: &mut BytesMut) -> SqlResult {
        let refused = || NotThatType { given: self.type_name(), wanted: wanted.to_string() };
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(n) if *wanted == Type::INT8 => n.to_sql(wanted, out),
            Self::Int(n) if *wanted == Type::INT4 => i32::try_from(*n).map_err(|_| refused())?.to_sql(wanted, out),
            Self::Int(n) if *wanted == Type::FLOAT8 => (*n as f64).to_sql(wanted, out),
            Self::Real(x) if *wanted == Type::FLOAT8 => x.to_sql(wanted, out),
            Self::Text(text) if [Type::TEXT, Type::VARCHAR, Type::NAME].contains(wanted) => text.to_sql(wanted, out),
            Self::Blob(bytes) if *wanted == Type::BYTEA => bytes.to_sql(wanted, out),
            Self::Int(_) | Self::Real(_) | Self::Text(_) | Self::Blob(_) => Err(refused().into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn to_sql_checked(&self, wanted: &Type, out: &mut BytesMut) -> SqlResult {
        self.to_sql(wanted, out)
    }
}

/// The types that need no cast to be read.
pub(crate) const NUMBERS: [Type; 6] = [Type::BOOL, Type::INT2, Type::INT4, Type::INT8, Type::FLOAT4, Type::FLOAT8];

/// A row of an answer.
pub(crate) fn row(row: &postgres::Row) -> Result<Row, StoreError> {
    let values = row.columns().iter().enumerate().map(|(at, column)| value(row, at, column.type_()));
    values.collect::<Result<_, _>>().map(Row)
}

fn value(row: &postgres::Row, at: usize, found: &Type) -> Result<Value, StoreError> {
    let value = if *found == Type::INT8 {
        row.try_get::<_, Option<i64>>(at).map(Value::from)
    } else if *found == Type::TEXT || *found == Type::VARCHAR || *found == Type::NAME {
        row.try_get::<_, Option<String>>(at).map(Value::from)
    } else if *found == Type::BYTEA {
        row.try_get::<_, Option<Vec<u8>>>(at).map(Value::from)
    } else if *found == Type::FLOAT8 {
        row.try_get::<_, Option<f64>>(at).map(Value::from)
    } else if *found == Type::BOOL {
        row.try_get::<_, Option<bool>>(at).map(Value::from)
    } else if *found == Type::INT4 {
        row.try_get::<_, Option<i32>>(at).map(Value::from)
    } else if *found == Type::INT2 {
        row.try_get::<_, Option<i16>>(at).map(|n| n.map(i64::from).into())
    } else if *found == Type::FLOAT4 {
        row.try_get::<_, Option<f32>>(at).map(|x| x.map(f64::from).into())
    } else {
        return Err(StoreError::Sql(format!(
            "column {at} is `{found}`; cast it to BIGINT, TEXT, BYTEA or DOUBLE PRECISION"
        )));
    };
    value.map_err(|error| StoreError::Corrupt(error.to_string()))
}
