import Synchronization

/// A `Mutex` whose hand-over from thread to thread ThreadSanitizer can see.
///
/// On Linux, a contended `Mutex` changes hands inside the kernel, out of the sanitizer's sight, which then takes every
/// access under it for a race. The acquiring load and the releasing store below state the order that the mutex has
/// established anyway; on the processors that matter, neither is more than a plain access.
package struct OrderedMutex<Value: Sendable>: ~Copyable, Sendable {
    private let mutex: Mutex<Value>
    private let order = Atomic(false)

    package init(_ value: Value) {
        mutex = Mutex(value)
    }

    /// Runs `body` with exclusive access to the value.
    package borrowing func withLock<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try mutex.withLock { value throws(Failure) in
            _ = order.load(ordering: .acquiring)
            defer { order.store(false, ordering: .releasing) }
            return try body(&value)
        }
    }
}
