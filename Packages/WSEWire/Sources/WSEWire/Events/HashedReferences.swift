/// A hash table of objects with open addressing that owns what is in it and looks it up without counting references.
///
/// ## Safety
/// `@unchecked Sendable`: the slots are reachable through this value alone, it cannot be copied, and whoever changes it
/// has exclusive access, so they move between threads as any value does; the objects are `Sendable` themselves. Each
/// slot that is taken holds one reference, added in ``insert(_:_:)`` and given back in `deinit`; nothing is ever taken
/// out. So the object of a slot lives for as long as a borrow of the table.
struct HashedReferences<Object: AnyObject & Sendable>: ~Copyable, @unchecked Sendable {
    private struct Slot {
        var hash: UInt64
        /// `nil` if the slot is free.
        var object: Unmanaged<Object>?
    }

    private static var firstCapacity: Int { 64 }

    private var slots: UnsafeMutablePointer<Slot>
    /// A power of two, less one.
    private var mask: Int
    private(set) var count = 0

    init() {
        mask = HashedReferences.firstCapacity - 1
        slots = HashedReferences.freeSlots(HashedReferences.firstCapacity)
    }

    deinit {
        for index in 0...mask { slots[index].object?.release() }
        slots.deallocate()
    }

    /// The object of that hash that `isWanted`.
    @inline(__always)
    func first(_ hash: UInt64, where isWanted: (Object) -> Bool) -> Object? {
        var index = Int(truncatingIfNeeded: hash) & mask
        // At most half of the slots are taken, so there is always a free one to end at.
        while let candidate = slots[index].object {
            if slots[index].hash == hash, candidate._withUnsafeGuaranteedRef({ isWanted($0) }) {
                return candidate.takeUnretainedValue()
            }
            index = (index &+ 1) & mask
        }
        return nil
    }

    /// Enters an object that is not there yet.
    mutating func insert(_ object: Object, _ hash: UInt64) {
        if (count + 1) * 2 > mask + 1 { grow() }
        place(Slot(hash: hash, object: .passRetained(object)))
        count += 1
    }

    private func place(_ slot: Slot) {
        var index = Int(truncatingIfNeeded: slot.hash) & mask
        while slots[index].object != nil { index = (index &+ 1) & mask }
        slots[index] = slot
    }

    private mutating func grow() {
        let (old, oldMask) = (slots, mask)
        mask = mask * 2 + 1
        slots = HashedReferences.freeSlots(mask + 1)
        for index in 0...oldMask where old[index].object != nil { place(old[index]) }
        old.deallocate()
    }

    private static func freeSlots(_ count: Int) -> UnsafeMutablePointer<Slot> {
        let slots = UnsafeMutablePointer<Slot>.allocate(capacity: count)
        slots.initialize(repeating: Slot(hash: 0, object: nil), count: count)
        return slots
    }
}
