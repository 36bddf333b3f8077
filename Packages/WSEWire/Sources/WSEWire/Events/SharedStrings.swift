/// The strings that an event has in common with others: they repeat together, so an event refers to all three at
/// once.
final class SharedStrings: Sendable {
    let type: InternedString.Storage
    let topic: InternedString.Storage?
    let epoch: InternedString.Storage?
    /// Whether others share them, or may come to.
    let isInterned: Bool

    init(
        type: InternedString.Storage, topic: InternedString.Storage? = nil,
        epoch: InternedString.Storage? = nil, isInterned: Bool = false
    ) {
        self.isInterned = isInterned
        self.type = type
        self.topic = topic
        self.epoch = epoch
    }

    /// Whether it stands for these, `nil` for what an envelope lacks.
    @inline(__always)
    func equals(
        type: UnsafeRawBufferPointer, topic: InternTable.Text, epoch: InternTable.Text
    ) -> Bool {
        self.type.equals(type) && SharedStrings.areEqual(self.topic, topic)
            && SharedStrings.areEqual(self.epoch, epoch)
    }

    @inline(__always)
    private static func areEqual(_ known: InternedString.Storage?, _ text: InternTable.Text) -> Bool {
        guard let known, let text else { return known == nil && text == nil }
        return known.equals(text)
    }
}
