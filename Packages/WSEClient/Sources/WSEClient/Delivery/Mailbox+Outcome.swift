extension Mailbox {
    /// What became of a batch.
    struct Outcome: Sendable {
        /// How many events were discarded.
        var dropped = 0
        /// How many came after the stream had ended.
        var unwanted = 0
        /// Whether the producer should pause until it is told that there is room.
        var isFull = false
        /// Batches that consumers are done with, for their memory.
        var used: [[Element]] = []
    }

    /// What a consumer found.
    enum Taken {
        case taken, empty, ended
        case failed(WSEError)
    }
}
