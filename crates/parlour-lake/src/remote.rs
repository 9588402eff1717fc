//! The lake's files in an object store: each is put once, whole, under a name that nothing else ever has, and is never
//! changed. Which of them count is said elsewhere.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::path::Path as Name;
use object_store::{
    Error, ObjectStore, ObjectStoreExt, ObjectStoreScheme, PutMode, PutPayload, RetryConfig, WriteMultipart,
};
use tokio::runtime::{Builder, Runtime};
use url::Url;

use crate::run::LakeError;

/// Files longer than this go in parts, which the store joins when the last has come.
const MOST_AT_ONCE: u64 = 32 << 20;
/// Bytes of a part, and how many are on their way at once.
const PART_BYTES: usize = 8 << 20;
const PARTS: usize = 4;
/// For how long something that failed is tried again before whoever asked is told; they try again later.
const PATIENCE: Duration = Duration::from_secs(10);
/// Objects that are put or got at once.
const AT_ONCE: usize = 16;
/// The object that says whose lake it is.
const OWNER: &str = "installation";

/// What variables of stores begin with.
const STORES: [&str; 3] = ["AWS_", "AZURE_", "GOOGLE_"];

/// Of a process's variables those in which an object store's keys lie, where its other tools look for them too.
pub fn options_among(variables: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    variables.filter(|(name, _)| STORES.iter().any(|store| name.starts_with(store))).collect()
}

/// A place in an object store: a bucket and what names in it begin with.
#[derive(Debug)]
pub struct Remote {
    url: String,
    store: Box<dyn ObjectStore>,
    root: Name,
    /// Taken when this is dropped, as that may happen where nothing may block.
    runtime: Option<Runtime>,
}

impl Remote {
    /// Opens the place of a URL such as `s3://bucket/lake`, `gs://…` or `az://…`. `options` are those of the store, such as
    /// `aws_access_key_id` or `aws_endpoint`; ones it does not know are passed over. Proves that the store keeps what it has
    /// against a second object of the same name, under the name `probe`, which nobody else may use.
    pub fn open(
        url: &str,
        options: impl IntoIterator<Item = (String, String)>,
        probe: &str,
    ) -> Result<Self, LakeError> {
        let remote = Self::reading(url, options)?;
        remote.prove(probe)?;
        Ok(remote)
    }

    /// The same for whoever only reads there: nothing is proved, as that would write.
    pub fn reading(url: &str, options: impl IntoIterator<Item = (String, String)>) -> Result<Self, LakeError> {
        let failed = |reason: String| LakeError::Remote { url: url.to_owned(), what: None, reason };
        // Another part of the process may have chosen one before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let parsed = Url::parse(url).map_err(|error| failed(format!("it is no URL ({error})")))?;
        let (store, root) = store_of(&parsed, options).map_err(failed)?;
        let runtime = Builder::new_multi_thread().worker_threads(1).thread_name("lake").enable_all().build();
        let runtime = Some(runtime.map_err(|error| failed(error.to_string()))?);
        Ok(Self { url: url.to_owned(), store, root, runtime })
    }

    /// Its URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Puts the file at `path` under a name. It is there when this returns; where it was before, it must be the same.
    pub fn put(&self, name: &str, path: &Path) -> Result<(), LakeError> {
        let mut file = File::open(path).map_err(LakeError::io(path))?;
        let n_bytes = file.metadata().map_err(LakeError::io(path))?.len();
        let place = self.place(name);
        if n_bytes <= MOST_AT_ONCE {
            let mut bytes = Vec::with_capacity(n_bytes as usize);
            file.read_to_end(&mut bytes).map_err(LakeError::io(path))?;
            return self.put_bytes(name, bytes);
        }
        let upload = self.wait(self.store.put_multipart(&place)).map_err(|error| self.failed(name)(&error))?;
        let mut parts = WriteMultipart::new_with_chunk_size(upload, PART_BYTES);
        let mut buffer = vec![0; PART_BYTES];
        loop {
            let n = file.read(&mut buffer).map_err(LakeError::io(path))?;
            if n == 0 {
                break;
            }
            let sent = self.wait(async {
                parts.wait_for_capacity(PARTS).await?;
                parts.write(&buffer[..n]);
                Ok(())
            });
            if let Err(error) = sent {
                let _ = self.wait(parts.abort());
                return Err(self.failed(name)(&error));
            }
        }
        self.wait(parts.finish()).map(|_| ()).map_err(|error| self.failed(name)(&error))
    }

    /// Puts bytes under a name. They are there when this returns; where something was before, it must be the same.
    pub fn put_bytes(&self, name: &str, bytes: Vec<u8>) -> Result<(), LakeError> {
        let (place, bytes) = (self.place(name), Bytes::from(bytes));
        match self.wait(self.store.put_opts(&place, bytes.clone().into(), PutMode::Create.into())) {
            Ok(_) => Ok(()),
            // A try whose answer was lost may have put it.
            Err(Error::AlreadyExists { .. }) if self.read(&place, name)? == bytes => Ok(()),
            Err(error) => Err(self.failed(name)(&error)),
        }
    }

    /// What lies under a name, if there is something.
    pub fn get_bytes(&self, name: &str) -> Result<Option<Vec<u8>>, LakeError> {
        let found = self.wait(async { self.store.get(&self.place(name)).await?.bytes().await });
        match found {
            Ok(bytes) => Ok(Some(bytes.into())),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.failed(name)(&error)),
        }
    }

    /// Puts several at once, under names of chance; all are there when this returns.
    pub fn put_many(&self, objects: Vec<(String, Vec<u8>)>) -> Result<(), LakeError> {
        let puts = objects.into_iter().map(|(name, bytes)| async move {
            match self.store.put_opts(&self.place(&name), PutPayload::from(bytes), PutMode::Create.into()).await {
                // Nobody else has the name: it was a try whose answer was lost.
                Ok(_) | Err(Error::AlreadyExists { .. }) => Ok(()),
                Err(error) => Err(self.failed(&name)(&error)),
            }
        });
        self.wait(stream::iter(puts).buffer_unordered(AT_ONCE).try_for_each(|()| async { Ok(()) }))
    }

    /// Removes what lies under these names; what is not there is removed already.
    pub fn remove_many(&self, names: &[String]) -> Result<(), LakeError> {
        let removals = names.iter().map(|name| async move {
            match self.store.delete(&self.place(name)).await {
                Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
                Err(error) => Err(self.failed(name)(&error)),
            }
        });
        self.wait(stream::iter(removals).buffer_unordered(AT_ONCE).try_for_each(|()| async { Ok(()) }))
    }

    /// What lies under each of these names, if something does.
    pub fn get_many(&self, names: &[String]) -> Result<Vec<Option<Vec<u8>>>, LakeError> {
        let gets = names.iter().map(|name| async move {
            match async { self.store.get(&self.place(name)).await?.bytes().await }.await {
                Ok(bytes) => Ok(Some(bytes.into())),
                Err(Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(self.failed(name)(&error)),
            }
        });
        self.wait(stream::iter(gets).buffered(AT_ONCE).try_collect())
    }

    /// The names that begin with `prefix`, a folder, of what was put before a moment of the store's clock.
    pub fn names_older(&self, prefix: &str, before: SystemTime) -> Result<Vec<String>, LakeError> {
        let folder = self.place(prefix.trim_end_matches('/'));
        let named = self.store.list(Some(&folder)).try_filter_map(|object| {
            let is_old = SystemTime::from(object.last_modified) < before;
            std::future::ready(Ok(is_old.then(|| object.location.filename().map(str::to_owned)).flatten()))
        });
        let names: Vec<String> = self.wait(named.try_collect()).map_err(|error| self.failed("")(&error))?;
        Ok(names.into_iter().map(|name| format!("{prefix}{name}")).collect())
    }

    /// Brings what lies under a name to `path`, which it has only once all of it is on the disk.
    pub fn fetch(&self, name: &str, path: &Path) -> Result<(), LakeError> {
        let partial = path.with_extension("partial");
        let folder = path.parent().unwrap_or(path);
        fs::create_dir_all(folder).map_err(LakeError::io(folder))?;
        let mut file = File::create(&partial).map_err(LakeError::io(&partial))?;
        let found = self.wait(self.store.get(&self.place(name))).map_err(|error| self.failed(name)(&error))?;
        let mut pieces = found.into_stream();
        while let Some(piece) = self.wait(pieces.try_next()).map_err(|error| self.failed(name)(&error))? {
            file.write_all(&piece).map_err(LakeError::io(&partial))?;
        }
        file.sync_all().map_err(LakeError::io(&partial))?;
        fs::rename(&partial, path).map_err(LakeError::io(path))?;
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(LakeError::io(folder))
    }

    /// Removes what lies under a name; one that is not there is removed already.
    pub fn remove(&self, name: &str) -> Result<(), LakeError> {
        match self.wait(self.store.delete(&self.place(name))) {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.failed(name)(&error)),
        }
    }

    /// All names, in no order.
    pub fn names(&self) -> Result<Vec<String>, LakeError> {
        let named = self.store.list(Some(&self.root)).map_ok(|object| object.location);
        let names: Vec<Name> = self.wait(named.try_collect()).map_err(|error| self.failed("")(&error))?;
        let name = |place: &Name| {
            let parts = place.prefix_match(&self.root)?;
            Some(parts.map(|part| part.as_ref().to_owned()).collect::<Vec<_>>().join("/"))
        };
        Ok(names.iter().filter_map(name).collect())
    }

    /// Writes who owns the place, unless that is written there already. Returns whether it is this owner.
    pub fn claim(&self, owner: &str) -> Result<bool, LakeError> {
        let place = self.place(OWNER);
        match self.wait(self.store.put_opts(&place, owner.to_owned().into(), PutMode::Create.into())) {
            Ok(_) => Ok(true),
            Err(Error::AlreadyExists { .. }) => Ok(self.read(&place, OWNER)? == owner.as_bytes()),
            Err(error) => Err(self.failed(OWNER)(&error)),
        }
    }

    /// Where somebody else could put an object of a name that is taken, nothing would be safe.
    fn prove(&self, probe: &str) -> Result<(), LakeError> {
        let place = self.place(probe);
        let put = || self.wait(self.store.put_opts(&place, PutPayload::from_static(b"probe"), PutMode::Create.into()));
        put().map_err(|error| self.failed(probe)(&error))?;
        let again = put();
        self.remove(probe)?;
        match again {
            Err(Error::AlreadyExists { .. }) => Ok(()),
            Ok(_) | Err(_) => Err(LakeError::Remote {
                url: self.url.clone(),
                what: None,
                reason:
                    "the store takes a second object of the same name, though asked not to (If-None-Match); use one \
                         that knows conditional puts"
                        .to_owned(),
            }),
        }
    }

    fn read(&self, place: &Name, name: &str) -> Result<Bytes, LakeError> {
        let read = async { self.store.get(place).await?.bytes().await };
        self.wait(read).map_err(|error| self.failed(name)(&error))
    }

    fn place(&self, name: &str) -> Name {
        name.split('/').fold(self.root.clone(), Name::join)
    }

    fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.as_ref().expect("it is taken only when this is dropped").block_on(work)
    }

    fn failed(&self, name: &str) -> impl Fn(&Error) -> LakeError {
        let (url, what) = (self.url.clone(), (!name.is_empty()).then(|| name.to_owned()));
        move |error| LakeError::Remote { url: url.clone(), what: what.clone(), reason: in_words(error) }
    }
}

/// The store that a URL means, and what names in it begin with.
fn store_of(
    url: &Url,
    options: impl IntoIterator<Item = (String, String)>,
) -> Result<(Box<dyn ObjectStore>, Name), String> {
    macro_rules! built {
        ($builder:ty) => {{
            let retry = RetryConfig { retry_timeout: PATIENCE, ..RetryConfig::default() };
            let builder = <$builder>::new().with_url(url.as_str()).with_retry(retry);
            let known =
                options.into_iter().filter_map(|(key, value)| Some((key.to_ascii_lowercase().parse().ok()?, value)));
            let built = known.fold(builder, |builder, (key, value)| builder.with_config(key, value)).build();
            Box::new(built.map_err(|error| in_words(&error))?) as Box<dyn ObjectStore>
        }};
    }
    let elsewhere = || "a lake lies at s3://BUCKET/NAME, gs://BUCKET/NAME or az://CONTAINER/NAME".to_owned();
    let (scheme, root) = ObjectStoreScheme::parse(url).map_err(|_| elsewhere())?;
    let store = match scheme {
        ObjectStoreScheme::AmazonS3 => built!(AmazonS3Builder),
        ObjectStoreScheme::GoogleCloudStorage => built!(GoogleCloudStorageBuilder),
        ObjectStoreScheme::MicrosoftAzure => built!(MicrosoftAzureBuilder),
        ObjectStoreScheme::Local | ObjectStoreScheme::Memory | ObjectStoreScheme::Http | _ => return Err(elsewhere()),
    };
    Ok((store, root))
}

impl Drop for Remote {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// An error and what brought it about, in one line, without what the other end wrote at length.
fn in_words(error: &Error) -> String {
    const MOST: usize = 300;
    let mut words = error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    if MOST < words.len() {
        let end = (0..=MOST).rev().find(|end| words.is_char_boundary(*end)).unwrap_or(0);
        words.truncate(end);
        words.push('…');
    }
    words
}
