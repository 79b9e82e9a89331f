//! What is said of many measured numbers.

/// The least, the median and the most of some numbers; 0 of none.
pub fn spread(values: impl IntoIterator<Item = f64>) -> (f64, f64, f64) {
    let mut all: Vec<f64> = values.into_iter().collect();
    all.sort_by(f64::total_cmp);
    let at = |index: usize| all.get(index).copied().unwrap_or_default();
    (at(0), at(all.len() / 2), at(all.len().saturating_sub(1)))
}

/// The median of some numbers; 0 of none.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    spread(values).1
}

/// So many of a hundred are no larger than this; 0 of none.
pub fn percentile(values: impl IntoIterator<Item = f64>, percent: usize) -> f64 {
    let mut all: Vec<f64> = values.into_iter().collect();
    all.sort_by(f64::total_cmp);
    let rank = (all.len() * percent).div_ceil(100);
    all.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_numbers_and_nothing_is_said_of_nothing() {
        let hundred = || (1..=100).map(f64::from);
        assert!(
            (percentile(hundred(), 99) - 99.0).abs() < 1e-9
                && (percentile(hundred(), 50) - 50.0).abs() < 1e-9
        );
        assert!((percentile([7.0], 99) - 7.0).abs() < 1e-9 && percentile([], 99).abs() < 1e-9);
    }

    #[test]
    fn the_middle_one_is_the_median_and_nothing_is_said_of_nothing() {
        assert_eq!(spread([3.0, 1.0, 2.0]).1.to_bits(), median([3.0, 1.0, 2.0]).to_bits());
        assert!((median([3.0, 1.0, 2.0]) - 2.0).abs() < 1e-9 && spread([]).2.abs() < 1e-9);
    }
}
