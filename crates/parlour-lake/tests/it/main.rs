//! The lake against a slow reference over the raw rows: the population's kernel, one person's path, compaction, damage.

#[cfg(test)]
mod damage;
#[cfg(test)]
mod forgetting;
#[cfg(test)]
mod kernel;
#[cfg(test)]
mod naive;
#[cfg(test)]
mod worlds;
