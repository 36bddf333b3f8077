/// Finds the one ``SharedStrings`` of a type, topic and epoch, and the one ``InternedString`` of a byte string.
///
/// Both are bounded: once full, they stop entering what is new (it still comes out right, only not shared), so a peer
/// that invents topics can neither grow them nor flush out the useful entries.
struct InternTable: ~Copyable, Sendable {
    /// A part of an envelope that is to be shared; `nil` if the envelope lacks it.
    typealias Text = UnsafeRawBufferPointer?

    /// Most entries kept of each kind; a power of two.
    static let maximumCount = 1 << 16
    /// Most bytes kept of all strings.
    static let maximumByteCount = 4 << 20
    /// Longest string worth sharing, in bytes.
    static let maximumLength = 256

    private let hasher = ByteHash.shared
    private var triples = HashedReferences<SharedStrings>()
    private var strings = HashedReferences<InternedString.Storage>()
    private var byteCount = 0

    @inline(__always)
    mutating func intern(type: UnsafeRawBufferPointer, topic: Text, epoch: Text) -> SharedStrings {
        // The keyed hashes of the parts are as good as random, so turning them is all the mixing there has to be.
        var hash = hasher.hash(type)
        if let topic { hash = hash &+ InternTable.turned(hasher.hash(topic), by: 21) }
        if let epoch { hash = hash &+ InternTable.turned(hasher.hash(epoch), by: 42) }
        let found = triples.first(hash) { $0.equals(type: type, topic: topic, epoch: epoch) }
        return found ?? enter(hash, type, topic, epoch)
    }

    @inline(__always)
    private static func turned(_ hash: UInt64, by count: UInt64) -> UInt64 {
        hash &<< count | hash &>> (64 &- count)
    }

    @inline(never)
    private mutating func enter(
        _ hash: UInt64, _ type: UnsafeRawBufferPointer, _ topic: Text, _ epoch: Text
    ) -> SharedStrings {
        let type = intern(type)
        let topic = topic.map { intern($0) }
        let epoch = epoch.map { intern($0) }
        // What holds strings that are not kept would keep them.
        let isKept =
            type.isKept && topic?.isKept ?? true && epoch?.isKept ?? true
            && triples.count < InternTable.maximumCount
        let shared = SharedStrings(
            type: type.storage, topic: topic?.storage, epoch: epoch?.storage, isInterned: isKept)
        if isKept { triples.insert(shared, hash) }
        return shared
    }

    private mutating func intern(
        _ bytes: UnsafeRawBufferPointer
    ) -> (storage: InternedString.Storage, isKept: Bool) {
        let hash = hasher.hash(bytes)
        if let found = strings.first(hash, where: { $0.equals(bytes) }) { return (found, true) }
        let created = InternedString.Storage(copying: bytes, hash: hash)
        guard bytes.count <= InternTable.maximumLength, strings.count < InternTable.maximumCount,
            byteCount + bytes.count <= InternTable.maximumByteCount
        else { return (created, false) }
        strings.insert(created, hash)
        byteCount += bytes.count
        return (created, true)
    }
}

extension InternedString.Storage {
    /// Equal keyed 64-bit hashes are almost surely equal bytes; this makes it certain.
    @inline(__always)
    func equals(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard utf8.count == bytes.count else { return false }
        guard let own = utf8.baseAddress, let other = bytes.baseAddress else { return bytes.isEmpty }
        return ByteString.areEqual(own, other, count: bytes.count)
    }
}
