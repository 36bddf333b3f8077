/// The members of the objects that are being decoded, object after object in one growing block.
///
/// Each object's entries begin with a header that names it and says where it lies. An object's entries are given back once the value
/// that it belongs to is decoded; whoever still refers to them then finds another name there, or the end.
///
/// A struct around a pointer, held in a `let` of its owner: this keeps the run-time checks for exclusive access
/// off the path of every field. Nothing here calls out while it reads or writes an entry.
struct MemberIndex {
    struct Entry {
        /// Where the key's bytes begin; in a header, the object's name.
        var keyStart: UInt32
        /// How many bytes the key has, or ``isText``; in a header, how many members follow.
        var keyCount: UInt32
        /// Where the value begins; in a header, the member to try next.
        var value: UInt32
        /// The first bytes of the key; in a header, ``headerTag``.
        var tag: UInt32
    }

    /// Marks a key that is not found in the bytes as such, because of escapes or a key strategy. Its `keyStart` is
    /// an index into the texts.
    static let isText: UInt32 = 1 << 31

    /// No key begins with these bytes, as they are not UTF-8.
    private static let headerTag: UInt32 = .max

    /// Entries before those of an object's members: one for its name, and one for its extent with the begin in
    /// `keyStart` and the end in `value`.
    static let headerSize = 2

    /// How much there is at a point in time.
    struct Mark {
        fileprivate var entries: Int
        fileprivate var texts: Int
    }

    private struct State {
        var entries: UnsafeMutablePointer<Entry>
        var capacity: Int
        var count: Int
        var lastName: UInt32
        var texts: [String]
        /// Where the array or object lies that was decoded last; its end saves walking over it again.
        var lastStart: UInt32
        var lastEnd: UInt32
    }

    private let state: UnsafeMutablePointer<State>

    init() {
        // One allocation holds the state and, behind it, the first entries; both are aligned to 8 bytes.
        let size = MemoryLayout<State>.stride + MemberIndex.firstCapacity * MemoryLayout<Entry>.stride
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: size, alignment: MemoryLayout<State>.alignment)
        state = memory.bindMemory(to: State.self, capacity: 1)
        let entries = (memory + MemoryLayout<State>.stride).bindMemory(
            to: Entry.self, capacity: MemberIndex.firstCapacity)
        state.initialize(
            to: State(
                entries: entries, capacity: MemberIndex.firstCapacity, count: 0, lastName: 0, texts: [],
                lastStart: .max, lastEnd: 0))
    }

    private static let firstCapacity = 24
    /// More than that is for one large value and not for the next.
    private static let keptCapacity = 1_024

    private var firstEntries: UnsafeMutablePointer<Entry> {
        (UnsafeMutableRawPointer(state) + MemoryLayout<State>.stride).assumingMemoryBound(to: Entry.self)
    }

    func deallocate() {
        if state.pointee.capacity > MemberIndex.firstCapacity { state.pointee.entries.deallocate() }
        state.deinitialize(count: 1)
        UnsafeMutableRawPointer(state).deallocate()
    }

    var mark: Mark {
        Mark(entries: state.pointee.count, texts: state.pointee.texts.count)
    }

    var count: Int { state.pointee.count }

    @inline(__always)
    subscript(position: Int) -> Entry {
        get { state.pointee.entries[position] }
        nonmutating set { state.pointee.entries[position] = newValue }
    }

    func text(_ entry: Entry) -> String { state.pointee.texts[Int(entry.keyStart)] }

    @inline(__always)
    func append(_ entry: Entry) {
        if state.pointee.count == state.pointee.capacity { grow() }
        (state.pointee.entries + state.pointee.count).initialize(to: entry)
        state.pointee.count &+= 1
    }

    func append(text: String, value: Int) {
        append(
            Entry(
                keyStart: UInt32(state.pointee.texts.count), keyCount: MemberIndex.isText,
                value: UInt32(truncatingIfNeeded: value), tag: 0))
        state.pointee.texts.append(text)
    }

    /// Starts the entries of an object.
    ///
    /// - Returns: Where its header is, and its name.
    @inline(__always)
    func begin() -> (header: Int, name: UInt32) {
        state.pointee.lastName &+= 1
        let header = state.pointee.count
        append(
            Entry(
                keyStart: state.pointee.lastName, keyCount: 0, value: 0, tag: MemberIndex.headerTag))
        append(Entry(keyStart: .max, keyCount: 0, value: 0, tag: MemberIndex.headerTag))
        return (header, state.pointee.lastName)
    }

    /// Notes where a container lies that has been decoded.
    @inline(__always)
    func note(start: Int, end: Int) {
        state.pointee.lastStart = UInt32(truncatingIfNeeded: start)
        state.pointee.lastEnd = UInt32(truncatingIfNeeded: end)
    }

    /// Notes where the first object lies that was listed since a mark, if there is one.
    @inline(__always)
    func noteFirst(since mark: Mark) {
        guard state.pointee.count > mark.entries else { return }
        let extent = state.pointee.entries[mark.entries &+ 1]
        state.pointee.lastStart = extent.keyStart
        state.pointee.lastEnd = extent.value
    }

    /// The end of the container at `start`, should it be the one noted last.
    @inline(__always)
    func end(ofContainerAt start: Int) -> Int? {
        state.pointee.lastStart == UInt32(truncatingIfNeeded: start) ? Int(state.pointee.lastEnd) : nil
    }

    /// Whether the object's entries are still there.
    @inline(__always)
    func has(_ header: Int, _ name: UInt32) -> Bool {
        guard header < state.pointee.count else { return false }
        let entry = state.pointee.entries[header]
        return entry.keyStart == name && entry.tag == MemberIndex.headerTag
    }

    @inline(__always)
    func giveBack(to mark: Mark) {
        state.pointee.count = mark.entries
        if state.pointee.texts.count > mark.texts {
            state.pointee.texts.removeLast(state.pointee.texts.count - mark.texts)
        }
    }

    /// Forgets what belongs to the bytes that were read. Names go on, so that no old one is taken for a new one.
    func reset() {
        giveBack(to: Mark(entries: 0, texts: 0))
        note(start: -1, end: 0)
        if state.pointee.texts.capacity > MemberIndex.keptCapacity { state.pointee.texts = [] }
        guard state.pointee.capacity > MemberIndex.keptCapacity else { return }
        state.pointee.entries.deallocate()
        state.pointee.entries = firstEntries
        state.pointee.capacity = MemberIndex.firstCapacity
    }

    @inline(never)
    private func grow() {
        let capacity = state.pointee.capacity * 2
        let larger = UnsafeMutablePointer<Entry>.allocate(capacity: capacity)
        larger.moveInitialize(from: state.pointee.entries, count: state.pointee.count)
        if state.pointee.capacity > MemberIndex.firstCapacity { state.pointee.entries.deallocate() }
        state.pointee.entries = larger
        state.pointee.capacity = capacity
    }
}
