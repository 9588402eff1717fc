//! Values and rows as they cross the border to either database.

use parlour_core::key::Key;

use crate::StoreError;

/// One value of a parameter or a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// A whole number; truth is 1 and 0.
    Int(i64),
    /// A number.
    Real(f64),
    /// Text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

impl Value {
    /// What the value is called in a message.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Int(_) => "a whole number",
            Self::Real(_) => "a number",
            Self::Text(_) => "text",
            Self::Blob(_) => "bytes",
        }
    }

    /// How many bytes the value holds.
    pub fn n_bytes(&self) -> usize {
        match self {
            Self::Null => 0,
            Self::Int(_) | Self::Real(_) => 8,
            Self::Text(text) => text.len(),
            Self::Blob(bytes) => bytes.len(),
        }
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}

impl From<i32> for Value {
    fn from(n: i32) -> Self {
        Self::Int(n.into())
    }
}

impl From<u32> for Value {
    fn from(n: u32) -> Self {
        Self::Int(n.into())
    }
}

impl From<bool> for Value {
    fn from(is_so: bool) -> Self {
        Self::Int(is_so.into())
    }
}

impl From<f64> for Value {
    fn from(x: f64) -> Self {
        Self::Real(x)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Blob(bytes.to_vec())
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Blob(bytes)
    }
}

impl From<Key> for Value {
    fn from(key: Key) -> Self {
        Self::Blob(key.to_bytes().to_vec())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// One row of an answer. The getters count columns from 0 and return [`StoreError::Corrupt`] when the column is
/// missing or holds another type.
#[derive(Clone, Debug, PartialEq)]
pub struct Row(pub Vec<Value>);

impl Row {
    /// A whole number.
    pub fn get_int(&self, column: usize) -> Result<i64, StoreError> {
        let found = self.at(column)?;
        if let Value::Int(n) = found { Ok(*n) } else { Err(mismatch(column, found, "a whole number")) }
    }

    /// A whole number that fits 32 bits, such as a day.
    pub fn get_i32(&self, column: usize) -> Result<i32, StoreError> {
        let n = self.get_int(column)?;
        n.try_into().map_err(|_| StoreError::Corrupt(format!("column {column} holds `{n}`, which is out of range")))
    }

    /// A whole number that is not negative and fits 32 bits, such as a count.
    pub fn get_u32(&self, column: usize) -> Result<u32, StoreError> {
        let n = self.get_int(column)?;
        n.try_into().map_err(|_| StoreError::Corrupt(format!("column {column} holds `{n}`, which is out of range")))
    }

    /// 1 as true, 0 as false.
    pub fn get_bool(&self, column: usize) -> Result<bool, StoreError> {
        Ok(self.get_int(column)? != 0)
    }

    /// A number.
    pub fn get_real(&self, column: usize) -> Result<f64, StoreError> {
        let found = self.at(column)?;
        if let Value::Real(x) = found { Ok(*x) } else { Err(mismatch(column, found, "a number")) }
    }

    /// Text.
    pub fn get_text(&self, column: usize) -> Result<&str, StoreError> {
        let found = self.at(column)?;
        if let Value::Text(text) = found { Ok(text) } else { Err(mismatch(column, found, "text")) }
    }

    /// Text, moved out of the row; the column is empty afterwards.
    pub fn take_text(&mut self, column: usize) -> Result<String, StoreError> {
        match self.take(column)? {
            Value::Text(text) => Ok(text),
            other @ (Value::Null | Value::Int(_) | Value::Real(_) | Value::Blob(_)) => {
                Err(mismatch(column, &other, "text"))
            }
        }
    }

    /// Bytes.
    pub fn get_blob(&self, column: usize) -> Result<&[u8], StoreError> {
        let found = self.at(column)?;
        if let Value::Blob(bytes) = found { Ok(bytes) } else { Err(mismatch(column, found, "bytes")) }
    }

    /// Bytes, moved out of the row; the column is empty afterwards.
    pub fn take_blob(&mut self, column: usize) -> Result<Vec<u8>, StoreError> {
        match self.take(column)? {
            Value::Blob(bytes) => Ok(bytes),
            other @ (Value::Null | Value::Int(_) | Value::Real(_) | Value::Text(_)) => {
                Err(mismatch(column, &other, "bytes"))
            }
        }
    }

    /// A key: 16 bytes.
    pub fn get_key(&self, column: usize) -> Result<Key, StoreError> {
        let bytes = self.get_blob(column)?;
        Key::from_bytes(bytes).ok_or_else(|| {
            StoreError::Corrupt(format!("column {column} holds {} bytes where a key belongs", bytes.len()))
        })
    }

    /// A whole number or nothing.
    pub fn opt_int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        self.opt(column, |row| row.get_int(column))
    }

    /// A number or nothing.
    pub fn opt_real(&self, column: usize) -> Result<Option<f64>, StoreError> {
        self.opt(column, |row| row.get_real(column))
    }

    /// Text or nothing.
    pub fn opt_text(&self, column: usize) -> Result<Option<String>, StoreError> {
        self.opt(column, |row| row.get_text(column).map(str::to_owned))
    }

    /// Bytes or nothing.
    pub fn opt_blob(&self, column: usize) -> Result<Option<Vec<u8>>, StoreError> {
        self.opt(column, |row| row.get_blob(column).map(<[u8]>::to_vec))
    }

    /// A key or nothing.
    pub fn opt_key(&self, column: usize) -> Result<Option<Key>, StoreError> {
        self.opt(column, |row| row.get_key(column))
    }

    fn opt<T>(&self, column: usize, get: impl FnOnce(&Self) -> Result<T, StoreError>) -> Result<Option<T>, StoreError> {
        if *self.at(column)? == Value::Null { Ok(None) } else { get(self).map(Some) }
    }

    fn at(&self, column: usize) -> Result<&Value, StoreError> {
        self.0.get(column).ok_or_else(|| no_column(column, self.0.len()))
    }

    fn take(&mut self, column: usize) -> Result<Value, StoreError> {
        let n_columns = self.0.len();
        let place = self.0.get_mut(column).ok_or_else(|| no_column(column, n_columns))?;
        Ok(std::mem::replace(place, Value::Null))
    }
}

fn no_column(column: usize, n_columns: usize) -> StoreError {
    StoreError::Corrupt(format!("column {column} is asked for in a row of {n_columns} columns"))
}

fn mismatch(column: usize, found: &Value, wanted: &str) -> StoreError {
    StoreError::Corrupt(format!("column {column} holds {} where {wanted} belongs", found.type_name()))
}
