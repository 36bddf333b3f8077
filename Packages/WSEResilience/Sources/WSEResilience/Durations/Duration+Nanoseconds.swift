extension Duration {
    /// Whole nanoseconds, rounded down, with anything beyond the range of `Int64` (292 years) held at its end.
    var nanosecondsClamped: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        // The attoseconds part has the sign of the seconds, so adding it cannot leave the range by more than 1 s.
        let (sum, sumOverflow) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        if sumOverflow { return seconds < 0 ? .min : .max }
        return sum
    }
}
