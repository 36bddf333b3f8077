/// What a decoder keeps from one message to the next for making events.
struct DecoderMemory: ~Copyable, Sendable {
    var strings = InternTable()
    var spare = SpareStorages()
}

extension EventHeader {
    /// Sets type, topic and epoch. Those of the event that was here before stay where they are the same: that spares
    /// the search, and two counts of references that are shared between threads.
    @inline(__always)
    mutating func share(
        type: UnsafeRawBufferPointer, topic: InternTable.Text, epoch: InternTable.Text,
        table: inout InternTable
    ) {
        if let known = sharedOrNil, known.equals(type: type, topic: topic, epoch: epoch) {
            wrapper = known.type.wrapper
            return
        }
        set(shared: table.intern(type: type, topic: topic, epoch: epoch))
    }

    @inline(__always)
    mutating func set(shared: consuming SharedStrings) {
        wrapper = shared.type.wrapper
        sharedOrNil = shared
    }
}
