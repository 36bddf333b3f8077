/// Storages that nobody holds any more, by the room they have, waiting to be filled again.
///
/// An event is made on a connection's thread and let go on its consumer's. The allocator pays for that with locks
/// and cache lines that go back and forth; whoever brings events back spares it.
///
/// ## Safety
/// `@unchecked Sendable`: what is linked here is reachable through this value alone, which cannot be copied, and whoever
/// changes it has exclusive access. Each list holds one reference to each of its storages, taken over in ``put(_:)`` and
/// handed out in ``take(forByteCount:)`` or given back in ``removeAll()``. The link to the next one is kept in the
/// first bytes of a storage, which has at least ``EventStorage/roomStep`` of them and is read by nobody else.
struct SpareStorages: ~Copyable, @unchecked Sendable {
    /// Larger ones are left to the allocator: finding their fields costs more than their memory.
    static let largestByteCount = 1_000
    /// Most memory kept, in bytes. A full read of a socket makes less than half of it.
    static let maximumByteCount = 1 << 20
    /// What a storage takes beside its room: the object's head, the places of the fields, and what the allocator adds.
    private static let overhead = 16 + MemoryLayout<EventHeader>.stride + 16

    private typealias Link = Unmanaged<EventStorage>?

    /// By steps of room; empty before anything came back.
    private var heads: [Link] = []
    private(set) var byteCount = 0
    private(set) var count = 0
    /// Whether any was asked for since ``trim()``.
    private var isUsed = false

    deinit {
        for head in heads { SpareStorages.release(from: head) }
    }

    /// One with room for that many bytes, if there is one.
    @inline(__always)
    mutating func take(forByteCount size: Int) -> EventStorage? {
        let index = EventStorage.steps(forByteCount: size)
        guard index < heads.count, let head = heads[index] else { return nil }
        heads[index] = SpareStorages.next(of: head)
        count &-= 1
        byteCount &-= SpareStorages.memory(ofSteps: index)
        isUsed = true
        return head.takeRetainedValue()
    }

    /// Keeps a storage that nobody else holds, unless it is large or there are enough.
    @inline(__always)
    mutating func put(_ storage: consuming EventStorage) {
        let size = Int(storage.fields.count)
        let index = EventStorage.steps(forByteCount: size)
        let memory = SpareStorages.memory(ofSteps: index)
        guard size <= SpareStorages.largestByteCount, byteCount &+ memory <= SpareStorages.maximumByteCount
        else { return }
        // Strings that only this event has would stay for nothing.
        if !storage.fields.shared.isInterned { storage.forgetStrings() }
        if heads.isEmpty {
            let largest = EventStorage.steps(forByteCount: SpareStorages.largestByteCount)
            heads = Array(repeating: nil, count: largest + 1)
        }
        let link = Unmanaged.passRetained(storage)
        SpareStorages.setNext(of: link, to: heads[index])
        heads[index] = link
        count &+= 1
        byteCount &+= memory
    }

    /// Lets go of all of them unless some were used since the last call: a connection that has become quiet shall not sit
    /// on memory.
    mutating func trim() {
        if !isUsed { removeAll() }
        isUsed = false
    }

    mutating func removeAll() {
        for head in heads { SpareStorages.release(from: head) }
        heads = []
        byteCount = 0
        count = 0
    }

    @inline(__always)
    private static func memory(ofSteps steps: Int) -> Int {
        steps &* EventStorage.roomStep &+ overhead
    }

    private static func release(from head: Link) {
        var head = head
        while let storage = head {
            head = next(of: storage)
            storage.release()
        }
    }

    @inline(__always)
    private static func next(of storage: Unmanaged<EventStorage>) -> Link {
        storage._withUnsafeGuaranteedRef { storage in
            storage.withUnsafeMutablePointerToElements {
                UnsafeRawPointer($0).loadUnaligned(as: UnsafeRawPointer?.self).map { .fromOpaque($0) }
            }
        }
    }

    @inline(__always)
    private static func setNext(of storage: Unmanaged<EventStorage>, to next: Link) {
        storage._withUnsafeGuaranteedRef { storage in
            storage.withUnsafeMutablePointerToElements {
                UnsafeMutableRawPointer($0).storeBytes(
                    of: next.map { UnsafeRawPointer($0.toOpaque()) }, as: UnsafeRawPointer?.self)
            }
        }
    }
}
