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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_one_is_the_median_and_nothing_is_said_of_nothing() {
        assert_eq!(spread([3.0, 1.0, 2.0]).1.to_bits(), median([3.0, 1.0, 2.0]).to_bits());
        assert!((median([3.0, 1.0, 2.0]) - 2.0).abs() < 1e-9 && spread([]).2.abs() < 1e-9);
    }
}
