/// Runs `body` for about a third of a second.
///
/// - Returns: MB/s, with one call for `byteCount` bytes.
func megabytesPerSecond(_ byteCount: Int, _ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let batch = max(1, (1 << 20) / byteCount)
    for _ in 0..<batch { try body() }
    var calls = 0
    let start = clock.now
    var elapsed = Duration.zero
    while elapsed < .milliseconds(300) {
        for _ in 0..<batch { try body() }
        calls += batch
        elapsed = clock.now - start
    }
    let (seconds, attoseconds) = elapsed.components
    return Double(calls * byteCount) / (Double(seconds) + Double(attoseconds) * 1e-18) / 1e6
}
