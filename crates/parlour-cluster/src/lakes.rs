//! Lakes as DataFusion's readers of Parquet find them: `lake://NAME`, read from a folder or from what the cache has fetched.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::common::{DataFusionError, Result};
use datafusion::execution::object_store::{DefaultObjectStoreRegistry, ObjectStoreRegistry, ObjectStoreUrl};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use object_store_of_datafusion::path::Path;
use object_store_of_datafusion::{
    Attributes, CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result as Got,
};
use parlour_afar::Lake;
use url::Url;

use crate::cache::Cache;

const SCHEME: &str = "lake";

/// The URL of a lake; which one it is stands in hexadecimal where others have a host.
pub(crate) fn url_of(lake: &Lake) -> Result<ObjectStoreUrl> {
    let bytes = postcard::to_stdvec(lake).map_err(|error| DataFusionError::External(Box::new(error)))?;
    ObjectStoreUrl::parse(format!("{SCHEME}://{}", hex(&bytes)))
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // A string takes whatever is written.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn lake_of(url: &Url) -> Option<Lake> {
    let name = url.host_str().filter(|name| url.scheme() == SCHEME && name.is_ascii())?;
    let byte = |at: usize| u8::from_str_radix(name.get(at..at + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..name.len()).step_by(2).map(byte).collect();
    postcard::from_bytes(&bytes?).ok()
}

/// All lakes, and what DataFusion knows otherwise.
#[derive(Debug)]
pub(crate) struct Lakes {
    cache: Arc<Cache>,
    others: DefaultObjectStoreRegistry,
}

impl Lakes {
    pub(crate) fn new(cache: Arc<Cache>) -> Self {
        Self { cache, others: DefaultObjectStoreRegistry::new() }
    }
}

impl ObjectStoreRegistry for Lakes {
    fn register_store(&self, url: &Url, store: Arc<dyn ObjectStore>) -> Option<Arc<dyn ObjectStore>> {
        self.others.register_store(url, store)
    }

    fn get_store(&self, url: &Url) -> Result<Arc<dyn ObjectStore>> {
        let Some(lake) = lake_of(url) else { return self.others.get_store(url) };
        Ok(Arc::new(Files { cache: Arc::clone(&self.cache), lake }))
    }
}

/// The files of a lake, to be read.
#[derive(Clone, Debug)]
struct Files {
    cache: Arc<Cache>,
    lake: Lake,
}

impl fmt::Display for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.lake {
            Lake::Folder(place) | Lake::Url(place) => write!(f, "the lake at {place}"),
        }
    }
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::Generic { store: SCHEME, source: error.into() }
}

impl Files {
    /// Blocks.
    fn get(&self, location: &Path, options: &GetOptions) -> Got<GetResult> {
        let (path, file) = self.cache.file(&self.lake, location.as_ref()).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        let meta = ObjectMeta {
            location: location.clone(),
            last_modified: metadata.modified().map_err(failed)?.into(),
            size: metadata.len(),
            e_tag: None,
            version: None,
        };
        options.check_preconditions(&meta)?;
        let range = match &options.range {
            Some(range) => range.as_range(meta.size).map_err(failed)?,
            None => 0..meta.size,
        };
        Ok(GetResult { payload: GetResultPayload::File(file, path), meta, range, attributes: Attributes::default() })
    }

    fn only_read<T>(&self) -> Got<T> {
        Err(Error::NotSupported { source: format!("{self} is only read").into() })
    }
}

#[async_trait]
impl ObjectStore for Files {
    async fn get_opts(&self, location: &Path, options: GetOptions) -> Got<GetResult> {
        let (this, location) = (self.clone(), location.clone());
        tokio::task::spawn_blocking(move || this.get(&location, &options)).await.map_err(failed)?
    }

    async fn put_opts(&self, _: &Path, _: PutPayload, _: PutOptions) -> Got<PutResult> {
        self.only_read()
    }

    async fn put_multipart_opts(&self, _: &Path, _: PutMultipartOptions) -> Got<Box<dyn MultipartUpload>> {
        self.only_read()
    }

    fn delete_stream(&self, _: BoxStream<'static, Got<Path>>) -> BoxStream<'static, Got<Path>> {
        stream::iter([self.only_read()]).boxed()
    }

    fn list(&self, _: Option<&Path>) -> BoxStream<'static, Got<ObjectMeta>> {
        stream::iter([self.only_read()]).boxed()
    }

    async fn list_with_delimiter(&self, _: Option<&Path>) -> Got<ListResult> {
        self.only_read()
    }

    async fn copy_opts(&self, _: &Path, _: &Path, _: CopyOptions) -> Got<()> {
        self.only_read()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lake_is_known_by_its_url() {
        for lake in [Lake::Folder("/data/Its Lake".to_owned()), Lake::Url("s3://bucket/ü".to_owned())] {
            let url = url_of(&lake).unwrap();
            assert_eq!(lake_of(url.as_ref()), Some(lake));
        }
        assert_eq!(lake_of(&Url::parse("s3://00ff/").unwrap()), None);
        assert_eq!(lake_of(&Url::parse("lake://zz/").unwrap()), None);
    }
}
