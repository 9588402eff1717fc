//! Totals that tell of many and of nobody: what is less than k people is said to be that, and no difference of two totals
//! tells what one of them does not.

/// How many there are, as far as it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    /// So many.
    Exactly(i64),
    /// More than none, and fewer than this.
    FewerThan(i64),
    /// At least so many, of whom one sees each by name; to say how many more would tell of few.
    AtLeast(i64),
}

/// How many there are of whom `n_seen` are seen by name anyway.
pub fn total(n: i64, n_seen: i64, k: i64) -> Total {
    let n_hidden = (n - n_seen).max(0);
    match (n, n_hidden) {
        (0, _) | (_, 0) => Total::Exactly(n),
        (_, hidden) if hidden < k && 0 < n_seen => Total::AtLeast(n_seen),
        (n, _) if n < k => Total::FewerThan(k),
        (n, _) => Total::Exactly(n),
    }
}

/// Parts of a whole, largest first, and what the others are together. What is less than `k` goes with the others; where they
/// are fewer than `k` too, the smallest parts go with them until they are not, so that no part follows from the whole.
pub fn parts(counts: Vec<(String, i64)>, k: i64) -> (Vec<(String, i64)>, i64) {
    let (mut told, small): (Vec<_>, Vec<_>) = counts.into_iter().partition(|(_, n)| k <= *n);
    told.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let mut others: i64 = small.iter().map(|(_, n)| n).sum();
    while 0 < others && others < k {
        let Some((_, n)) = told.pop() else { break };
        others += n;
    }
    (told, others)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_are_not_counted_out() {
        assert_eq!(total(0, 0, 5), Total::Exactly(0));
        assert_eq!(total(4, 0, 5), Total::FewerThan(5));
        assert_eq!(total(5, 0, 5), Total::Exactly(5));
        assert_eq!(total(3, 3, 5), Total::Exactly(3), "all of them are seen");
        assert_eq!(total(12, 10, 5), Total::AtLeast(10), "two more would be told");
        assert_eq!(total(12, 7, 5), Total::Exactly(12));
    }

    /// Whatever the parts, none that is told is small, and what is not told is none or many.
    #[test]
    fn no_difference_tells_of_few() {
        let k = 5;
        for seed in 0u64..3000 {
            let n_parts = seed % 7;
            let counts: Vec<(String, i64)> = (0..n_parts)
                .map(|part| (part.to_string(), ((seed * 2_654_435_761) >> (part * 5) & 15) as i64))
                .filter(|(_, n)| 0 < *n)
                .collect();
            let whole: i64 = counts.iter().map(|(_, n)| n).sum();
            let (told, others) = parts(counts, k);
            assert!(told.iter().all(|(_, n)| k <= *n), "{seed}");
            assert_eq!(told.iter().map(|(_, n)| n).sum::<i64>() + others, whole);
            // Fewer than k in all is told by `total`, and then there are no parts.
            assert!(others == 0 || k <= others || told.is_empty(), "{seed}: {others}");
        }
    }
}
