import CFloor

/// Starts when it is made.
struct Stopwatch {
    private let start = ContinuousClock.now
    private let processorTime = floor_processor_seconds()

    /// Seconds on the clock, and of processors, for so many events. The latter are those of all threads, and do not
    /// depend on what else the machine does.
    func read(_ count: Int) -> Report {
        let seconds = (ContinuousClock.now - start).inSeconds
        var report = Report()
        report.add("seconds", seconds)
        report.add("cpu", floor_processor_seconds() - processorTime)
        report.add("count", count)
        return report
    }
}
