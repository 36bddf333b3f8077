public import Synchronization

/// A `Mutex` whose hand-over from thread to thread ThreadSanitizer can see.
///
/// On Linux, a contended `Mutex` changes hands inside the kernel, out of the sanitizer's sight, which then takes every
/// access under it for a race. The acquiring load and the releasing store below state the order that the mutex has
/// established anyway; on the processors that matter, neither is more than a plain access.
@_spi(WSE) public struct OrderedMutex<Value: ~Copyable>: ~Copyable {
    @usableFromInline let mutex: Mutex<Value>
    @usableFromInline let order = Atomic(false)

    /// Guards a value.
    @inlinable
    public init(_ value: consuming sending Value) {
        mutex = Mutex(value)
    }

    /// Runs `body` with exclusive access to the value.
    @inlinable
    public borrowing func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        try mutex.withLock { value throws(Failure) in
            _ = order.load(ordering: .acquiring)
            defer { order.store(false, ordering: .releasing) }
            return try body(&value)
        }
    }
}

extension OrderedMutex: Sendable where Value: ~Copyable {}
