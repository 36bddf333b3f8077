/// Finds the one ``InternedString`` of a byte string; open addressing, bounded.
///
/// Past its bound it stops entering new strings (they still come out right, only not shared), so a peer that
/// invents topics can neither grow it nor flush out the useful entries.
struct InternTable {
    /// Most strings kept; a power of two.
    static let maximumCount = 1 << 16
    /// Longest string worth sharing, in bytes.
    static let maximumLength = 256

    private let hasher = ByteHash.shared
    private var slots: [InternedString.Storage?] = Array(repeating: nil, count: 64)
    private(set) var count = 0

    mutating func intern(_ bytes: UnsafeRawBufferPointer) -> InternedString.Storage {
        let hash = hasher.hash(bytes)
        var index = Int(truncatingIfNeeded: hash) & (slots.count &- 1)
        while let candidate = slots[index] {
            if candidate.hash == hash, candidate.utf8.count == bytes.count, candidate.matches(bytes) {
                return candidate
            }
            index = (index &+ 1) & (slots.count &- 1)
        }
        let created = InternedString.Storage(
            string: String(decoding: bytes, as: UTF8.self), utf8: ContiguousArray(bytes), hash: hash)
        if bytes.count <= InternTable.maximumLength, count < InternTable.maximumCount {
            slots[index] = created
            count += 1
            if count &* 2 > slots.count { grow() }
        }
        return created
    }

    mutating func intern(_ text: String) -> InternedString.Storage {
        var text = text
        return text.withUTF8 { intern(UnsafeRawBufferPointer($0)) }
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: nil, count: old.count * 2)
        for case let entry? in old {
            var index = Int(truncatingIfNeeded: entry.hash) & (slots.count &- 1)
            while slots[index] != nil { index = (index &+ 1) & (slots.count &- 1) }
            slots[index] = entry
        }
    }
}

extension InternedString.Storage {
    /// Equal keyed 64-bit hashes of equal length are almost surely equal bytes; this makes it certain.
    @inline(__always)
    func matches(_ bytes: UnsafeRawBufferPointer) -> Bool {
        utf8.withUnsafeBytes { own in
            var index = 0
            while index &+ 8 <= bytes.count {
                guard
                    own.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                        == bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                else { return false }
                index &+= 8
            }
            while index < bytes.count {
                guard own[index] == bytes[index] else { return false }
                index &+= 1
            }
            return true
        }
    }
}
