import CSanitizer

extension MessageDecoder {
    /// Takes back events that are of no use any more; the memory of those that nobody else holds is used for the events
    /// that come next.
    ///
    /// Worth it where events are made on one thread and let go on another, as that is what allocators are slow at. Nothing
    /// changes for who still holds an event, or its payload: that one is simply left alone. At most 1 MiB is kept, for
    /// events of up to 1,000 bytes; ``releaseMemory()`` gives it back, and ``releaseUnusedMemory()`` where it lies idle.
    ///
    /// Does nothing but empty the array in builds for ThreadSanitizer: it does not see that counts of references
    /// order what threads do, and would report the next use of the memory as a race.
    ///
    /// - Parameter events: Empty afterwards, with its room.
    public mutating func recycle(_ events: inout [WSEEvent]) {
        guard !wse_is_built_for_thread_sanitizer() else {
            events.removeAll(keepingCapacity: true)
            return
        }
        while var storage = events.popLast()?.storage {
            if isKnownUniquelyReferenced(&storage) { memory.spare.put(storage) }
        }
    }

    /// Gives back what ``recycle(_:)`` has kept.
    public mutating func releaseMemory() {
        memory.spare.removeAll()
    }

    /// Gives back what ``recycle(_:)`` has kept, if none of it was used since the last call. To be called now and then.
    public mutating func releaseUnusedMemory() {
        memory.spare.trim()
    }
}
